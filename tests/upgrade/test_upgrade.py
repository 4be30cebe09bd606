"""x"""
import asyncio
from tests.journeys.trade_steps import Trade
async def test_try(stage):
    p, w = stage.people, stage.world
    for who in ("Wanda","Dora","Rita","Petras","Kasia","Leo","Olek","Emil","Clara","Nida","Adam","Saulius", "Karl"):
        print("=====", who); print((await p[who].screen())[-900:])
    await p["Rita"].presses("Buy now")
    await asyncio.sleep(1)
    print("RITA", (await p["Rita"].screen())[-400:])
    await p["Tina"].presses("Buy now")
    await asyncio.sleep(3)
    print("TINA", (await p["Tina"].screen())[-600:])
    assert 0

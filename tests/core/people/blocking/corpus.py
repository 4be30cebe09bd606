"""Corpus for hiding contacts: texts that people write around a market, and texts that traders write in it."""

from __future__ import annotations

from typing import Final

# The part that must be hidden stands after "→", unless it is the whole text.
CONTACTS: Final = """
call +370 612 34567 → 612 34567
0049 (170) 1234567 after six → 1234567
my number: 8 612 34 567 8 → 34 567
tel. 0612345678 → 0612345678
Call me on 8-612-34567 → 34567
phone 861234567 → 861234567
mob: 370.612.34567 → 34567
8*612*34567 → 34567
8_612_34567 is mine → 34567
ring 612 34 56 → 34 56
WhatsApp +49 170 1234567 → 1234567
viber 0037061234567 → 61234567
Skambinkite 861234567 → 861234567
Ruf mich an: 0170 1234567 → 1234567
zadzwoń 601 234 567 → 234 567
llámame al 612 345 678 → 345 678
appelez-moi 06 12 34 56 78 → 34 56
тел. 067 123 45 67 → 123 45
٣٧٠٦١٢٣٤٥٦٧ → ٦١٢
８６１２３４５６７ → ６１２
8️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣ → 6️⃣1️⃣2
(+370) 612-34567 → 34567
plus three seven zero six one two three four five six seven → one two
eight six one two three four five six seven → one two three
six one two, three four five, six seven eight → three four
acht sechs eins zwei drei vier fünf sechs sieben → eins zwei
aštuoni šeši vienas du trys keturi penki šeši septyni → vienas du
osiem sześć jeden dwa trzy cztery pięć sześć siedem → jeden dwa
huit six un deux trois quatre cinq six sept → deux trois
double five six one two three four five → six one
8 six one 2 three 4 five 6 7 → six one
write to rasa@girios.lt → rasa@girios.lt
rasa (at) girios.lt → girios
rasa [at] girios [dot] lt → girios
rasa(at)girios(dot)lt → girios
rasa at girios dot lt → girios
rasa at girios.lt → girios
rasa.pellets eta girios taškas lt → girios
rasa małpa girios kropka pl → girios
rasa arroba girios punto es → girios
r a s a @ g i r i o s . l t → g i r i o s
rasa @ girios.lt → girios
RASA@GIRIOS.LT → GIRIOS
r.pellets+x@mail.girios.co.uk → girios
find me as @rasa_pellets → rasa_pellets
t.me/rasapellets → rasapellets
https://example.org/deal → example
www.girios.lt → girios
girios.lt has all prices → girios.lt
see our-pellets.com/offers → our-pellets
wa.me/37061234567 → 61234567
telegram: rasapellets → rasapellets
my tg is rasa_pellets77 → rasa_pellets77
skype: live:rasa.p → rasa
Instagram @rasapellets → rasapellets
signal rasa_77xx → rasa_77xx
whatsapp me 861234567 → 861234567
find me on facebook: girios.pellets → girios
discord = rasa_p#1 → rasa_p
gmail: rasapellets → rasapellets
my mail is rasa dot pellets at gmail dot com → gmail
reach me: 6 1 2 3 4 5 6 7 → 3 4 5
rasa＠girios.lt → girios
8 612 three four five six seven → four five
my number is six one two thirty four fifty six seventy eight → thirty four
rasa_girios on ig → rasa_girios
call 8612 thirty four five 67 → 8612
I am on Telegram under the name rasapellets → rasapellets
"""

TRADE: Final = """
PO 4500123456
P.O. 4500123456
purchase order no. 4500123456
invoice 2026-000123
Invoice number 20261100123
total 1200000 kg
total: 12 500 000 kg
Order no. 20261121-77
1 200 000 kg in all
12.500.000,00 EUR
€12 500 000
VAT: 100001738313
VAT LT100001738313
company code 302345678
IBAN LT12 1000 0111 0100 1000
delivery 2026-12-01..2026-12-15
delivery 2026-12-01 - 2026-12-15
from 01.12.2026 to 15.12.2026
25.11.2026
2026/11/25
24 t a truck, 8-10 in the morning
215.00 EUR/t at 17.5 MJ/kg
Rechnung 2026/000123
Bestellung 4500123456
Lieferschein Nr. 20261121
užsakymas 20261121
sąskaita 2026000123
A1 @ 215
HS 44013100
HS code 4401 31 00
CN 4401 39 20
certificate ISCC-EU-123-45678901
SBP-04-12345678
FSC C123456 and SBP 12345678
ISO 17225-2:2021 and EN 14961-2
moisture 8.5, ash 0.5, calorific value 4.7 kWh/kg
bulk density 650 kg/m3, length 3.15-40 mm
container MSKU 1234567 8
CMR 20261121001
batch 20261121-0077
EAN 4771234567890
plot 54.898521 23.903597
coordinates 54.8985 23.9036
harvests 2022 2023 2024 2025
2024-2025-2026 prices
1000-2000-3000 t a month
100 000 - 200 000 MWh a year
20000000 kWh
12000000 kcal
pallets of 65 bags, 15 kg each, 975 kg in all
two or three trucks a week
one truck on Monday, two on Tuesday, three on Wednesday
ten to twelve loads, six or seven in January
the five of us will unload
Our price is 215 and yours was 208, so let us meet at 211.
We load at the quay, berth 12, shed 4.
The weighbridge ticket was 24.680 gross, 14.120 tare.
quality as in ENplus A1, ID LT 304
DDS reference 26LT12345678901
EUDR 26DE0001112223
Can you deliver at Kaunas. Point of loading is ours.
please call off two lots in week 49
the signal is weak at the plant, so drivers should ring the bell
we use WhatsApp groups for drivers at other sites
minimum order 24 t; payment within 14 days
max. 3 % fines, min. 97.5 % durability
approx. 5-6 weeks; incl. pallets
T = 850 °C, 2 x 10 MW, 2500 h a year
RED III, Annex VI, 80 % saving against 94 g CO2/MJ
phone calls are fine after the deal is signed
telegram messages come at night, answer in the morning
a 10-minute talk is enough for me
contract 2026-LT-0012345
contract no. 20260012345
weighbridge ticket 20261121-114
account 4400000000
reg. no 302345678
Payment reference 2026112100045
Serial 123456789
wagon 31 80 1234 567-8
item 400123456
the boiler is from 1998 2004 2015
fraction P16S P31S P45S, M35
0.5 1.2 3.4 5.6 7.8 % ash over five samples
boilers of 400 600 800 1000 kW
sieves of 3.15-45-63-100 mm
ash softening at 1200 1250 1300
NCV 17.2 17.5 17.8 MJ/kg (three samples)
0,5 / 1,2 / 3,4 / 5,6 % ash
net 23 480 kg, gross 38 120 kg
DAP Klaipėda 215,50 EUR/t, 1 000 t/month
"""


def contacts() -> list[tuple[str, str]]:
    """Return each text with the part that must be hidden."""
    lines = [line.partition(" → ") for line in CONTACTS.strip().splitlines()]
    return [(text, part or text) for text, _, part in lines]


def trade() -> list[str]:
    return TRADE.strip().splitlines()

"""Carries our answer to a dispute: the record of what was paid as a document, submitted once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial

from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import MARKET, Transactions
from core.money.messages import SubmitEvidence
from core.trade.funding.evidence import service as evidence
from documents.evidence.document import RECORDS, Goods, drawn, goods_in_words
from documents.evidence.sentences import texts
from payments.outcomes import again, known
from payments.provider import Done, EvidenceRequest, Provider, Refused, Unknown
from payments.sync import apply_dispute, both


class DisputeEvidence:
    """`goods`: the goods of a deal in words of a language: product, grade and quantity."""

    def __init__(self, provider: Provider, transactions: Transactions, goods: Goods) -> None:
        self._provider = provider
        self._transactions = transactions
        self._goods = goods

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(SubmitEvidence, self._submit))

    async def _submit(self, queued: OutboxMessage, asked: SubmitEvidence) -> Outcome:
        chargeback, record_of = asked.chargeback, RECORDS[asked.subject_kind]
        record = await self._transactions.run(MARKET, lambda ctx: record_of(ctx, chargeback))
        # Made of one moment, it is the same document however often it is asked for under this key.
        record["made_at"] = queued.created_at.isoformat()
        if "deal" in record:
            record["deal"]["goods"] = goods_in_words(record["deal"]["terms"], self._goods)
        told = texts(record)
        document = drawn(record, queued.created_at, told.get("uncategorized_text", ""))
        key = f"evidence:{chargeback}:{asked.attempt}:{digest(document)[:16]}"
        match await self._provider.submit_evidence(EvidenceRequest(key, asked.dispute, document, told)):
            case Done(dispute):
                sent = known(partial(evidence.pack_sent, chargeback_id=chargeback, digest=digest(document)))
                return Delivered(both(sent, apply_dispute(dispute)))
            case Refused(why):
                return Never(why, known(partial(evidence.pack_refused, chargeback_id=chargeback, why=why)))
            case Unknown(why, seconds):
                return again(queued, why, seconds)


def digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()

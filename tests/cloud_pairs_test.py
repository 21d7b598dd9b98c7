#!/usr/bin/python3
"""No change that local AWS has acknowledged is lost to another that came at the same time.

Pairs of calls are drawn at random. Each is made at once on an object of its own, and what is then described of the
object, and which of the two calls were acknowledged, must be what one after the other gives, in the one order or the
other; that is computed by the same calls on twins of the object. PAIRS and PAIRS_SEED draw more, or again the same.
"""

import collections
import concurrent.futures
import os
import random
import threading
import time
import unittest

import botocore.config
import botocore.exceptions
import boto3

from support.local_aws import LocalAws
from support.pairs_cognito import Clients, Invited, Names, Pools, Users
from support.pairs_ec2 import Groups
from support.pairs_rds import Instances

PAIRS = int(os.environ.get("PAIRS", "1000"))
SEED = int(os.environ.get("PAIRS_SEED", str(random.randrange(10**6))))
PAIRS_AT_ONCE = 3


class Aws:
    """Clients that are shared by threads; made once, for making one takes longer than many calls."""

    def __init__(self, aws):
        config = botocore.config.Config(retries={"max_attempts": 0}, max_pool_connections=4 * PAIRS_AT_ONCE)
        session = boto3.Session("test", "test", region_name="us-east-1")
        self.local = aws
        self.cognito, self.rds, self.ec2 = (session.client(name, endpoint_url=aws.url, config=config)
                                            for name in ("cognito-idp", "rds", "ec2"))


def answer_of(call, target):
    """"done", "refused", or what is neither and wrong in any order, such as an internal failure."""
    try:
        call(target)
    except botocore.exceptions.ClientError as refused:
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            return refused.response["Error"]["Code"]
        return "refused"
    return "done"


class Kind:
    """A kind of object, and the outcomes of pairs of its calls one after the other, which are computed once."""

    def __init__(self, subject):
        self.subject = subject
        self.known, self.lock = {}, threading.Lock()

    def in_order(self, calls):
        """The outcomes that calls of these names may have, the first before the second."""
        with self.lock:
            promise = self.known.get(calls)
            if promise is None:
                promise = self.known[calls] = concurrent.futures.Future()
                mine = True
            else:
                mine = False
        if mine:
            try:
                promise.set_result(list(self.subject.outcomes(calls, self.one_after_the_other)))
            except BaseException as failed:
                promise.set_exception(failed)
                raise
        return promise.result()

    def one_after_the_other(self, calls, pause=lambda target: None):
        with self.subject.target(calls) as target:
            answers = []
            for name in calls:
                answers.append(answer_of(self.subject.CALLS[name], target))
                pause(target)
            assert set(answers) <= {"done", "refused"}, (calls, answers)
            return self.subject.describe(target, calls), tuple(answers)

    def at_once(self, calls, threads):
        with self.subject.target(calls) as target:
            barrier = threading.Barrier(len(calls))

            def begin(name):
                barrier.wait(60)
                return answer_of(self.subject.CALLS[name], target)

            answers = tuple(threads.map(begin, calls))
            return self.subject.describe(target, calls), answers

    def check(self, calls, threads):
        """What is wrong with a pair that came at once; None where nothing is."""
        state, answers = self.at_once(calls, threads)
        possible = self.in_order(calls)
        if (state, answers) not in possible:
            possible = possible + [(other, told[::-1]) for other, told in self.in_order(calls[::-1])]
        if (state, answers) in possible:
            return None
        lines = [f"  {told}: {other}" for other, told in possible]
        return f"{type(self.subject).__name__}: {' || '.join(calls)} gave\n  {answers}: {state}\ninstead of\n" + \
            "\n".join(lines)


class Pairs(unittest.TestCase):
    def test_pairs_at_once_end_as_in_some_order(self):
        print(f"PAIRS={PAIRS} PAIRS_SEED={SEED}", flush=True)
        drawn = random.Random(SEED)
        begun = time.monotonic()
        with LocalAws() as local:
            aws = Aws(local)
            kinds = [Kind(make(aws)) for make in (Users, Invited, Names, Clients, Pools, Groups, Instances)]
            work = []
            for kind in drawn.choices(kinds, [each.subject.WEIGHT for each in kinds], k=PAIRS):
                names = list(kind.subject.CALLS)
                weights = [kind.subject.RARE.get(name, 1) for name in names]
                work.append((kind, tuple(drawn.choices(names, weights, k=2))))
            threads = [concurrent.futures.ThreadPoolExecutor(2) for _ in range(PAIRS_AT_ONCE)]
            free = threads[:]

            def check(item):
                kind, calls = item
                mine = free.pop()
                try:
                    return kind.check(calls, mine)
                finally:
                    free.append(mine)

            with concurrent.futures.ThreadPoolExecutor(PAIRS_AT_ONCE) as pairs:
                wrong = [each for each in pairs.map(check, work) if each]
            for each in threads:
                each.shutdown()
        counts = collections.Counter(type(kind.subject).__name__ for kind, _ in work)
        print(f"{dict(counts)} in {time.monotonic() - begun:.0f} s", flush=True)
        if wrong:
            self.fail(f"{len(wrong)} of {PAIRS} pairs, PAIRS_SEED={SEED}:\n" + "\n".join(wrong[:10]))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves its sockets to the collector

"""Many visitors at once, and kills at random moments: short forms of what `reliability/` tries at length."""

import pytest
from reliability.studio_visitors import Seen, growths, judged

from reliability import studio_kills, studio_visitors

pytestmark = pytest.mark.slow


def lost(outcomes):
    return [each for each in outcomes if each.lost]


def test_twenty_visitors_are_served_and_only_a_full_queue_is_refused(tmp_path):
    outcomes = list(studio_visitors.cases(0, 0.1, tmp_path))
    assert len(outcomes) == 5
    assert lost(each for each in outcomes if "200 ms" not in each.case) == []  # tests do not time anything


def test_kills_at_random_moments_lose_nothing(tmp_path):
    outcomes = list(studio_kills.cases(1, 0.04, tmp_path))
    assert len(outcomes) == 5 and lost(outcomes) == []


def test_what_visitors_must_not_see_is_lost(studio):
    memory = [(number * 2**20, 2**20) for number in range(80)]
    assert growths(memory) == (40 * 2**20, 0)
    job = studio.submit(end="refuse")
    seen = Seen([0.01] * 90 + [0.3] * 10, {200: 100}, ["GET /state: 500"], [job], 0, memory)
    assert [each.case for each in lost(judged(studio, seen))] == [
        "no error but a full queue",
        "99 of 100 answers within 200 ms",
        "the memory of the server stays",
        "1 jobs are done",
    ]

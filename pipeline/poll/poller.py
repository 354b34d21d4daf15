"""The poller, put together: the step, what looks on at its polls, and what is done for feeds beside them."""

from dataclasses import dataclass
from datetime import timedelta

from pipeline.fetch.interface import Fetcher
from pipeline.log.interface import EventLog
from pipeline.poll.credentials import Credentials
from pipeline.poll.filling import GapFiller
from pipeline.poll.follow import FollowWorker
from pipeline.poll.following import Follower
from pipeline.poll.intake import Intake
from pipeline.poll.missed import Missed
from pipeline.poll.pushes import SLOW, Pushes
from pipeline.poll.reading import DocumentReader
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep
from pipeline.poll.websub import WebSub
from pipeline.settings import Settings
from pipeline.state.interface import State
from pipeline.websub import hub_keys

OFTEN, RARELY = timedelta(seconds=0.5), timedelta(seconds=5)
"""Times between two looks for something to do."""


@dataclass(frozen=True, slots=True)
class Poller:
    """The step that polls, and workers for what is done beside polling."""

    step: PollStep
    follow: tuple[FollowWorker, ...]

    def follow_once(self) -> int:
        """Do what there is to do beside polling, for minutes at most; give how much there was. Raises OutOfReach."""
        for worker in self.follow:
            worker.once()
        return sum(worker.counts()["handled"] for worker in self.follow)


def make_poller(
    log: EventLog, state: State, settings: Settings, fetcher: Fetcher, reader: DocumentReader, owner: str
) -> Poller:
    """Put a poller together. Raises BadInput for a key of WebSub that can't be used."""
    feeds, keys = state.feeds, hub_keys(settings)
    followers: list[Follower] = [Missed(feeds, state.gaps)]
    follow = [FollowWorker({GapFiller(state.gaps, feeds, Intake(feeds, log), fetcher, reader, owner).turn: RARELY})]
    if keys:
        followers.append(Pushes(state.subscriptions, settings.interval or SLOW))
        websub = WebSub(state.subscriptions, Intake(feeds, log), fetcher, reader, keys, owner)
        # Servers are slow and pushes urgent, so that these don't wait for each other.
        follow += [FollowWorker({websub.read: OFTEN}), FollowWorker({websub.ask: RARELY})]
    step = PollStep(
        feeds,
        log,
        fetcher,
        reader,
        Schedule(settings.interval, shortest=settings.interval_min, longest=settings.interval_max),
        sign_in=Credentials(settings.secret).headers,
        followers=followers,
    )
    return Poller(step, tuple(follow))

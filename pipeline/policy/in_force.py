"""The policy that the settings name, and the desk that carries it out."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.files import FollowedFiles
from pipeline.notify.channels_file import load_channels
from pipeline.policy.desk import Desk, simple_policy
from pipeline.policy.file import load_policy
from pipeline.policy.model import Policy
from pipeline.seeds import seed
from pipeline.settings import Settings

logger = logging.getLogger(__name__)


def policy_in_force(settings: Settings) -> Policy:
    """Read the policy file, or give the policy of an installation without one. Raises BadInput."""
    channels = [channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))]
    if settings.policy is None:
        return simple_policy(channels)
    # they may take a third of a second to load, which only a policy file is worth
    from pipeline.rules.cache import cache_in
    from pipeline.rules.loading import list_rules

    rules = list_rules(settings.rules or seed("rules.yaml"), settings.lexicon, cache_in(settings.cache))
    policy = load_policy(settings.policy, channels, [rule.id for rule in rules])
    return policy if policy.analysts else replace(simple_policy(channels), signals=policy.signals)


class PolicyFile:
    """The policy, read anew when its file changes, or the rules that it names: all of it, or none when anything is wrong."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the files. Raises BadInput when they can't be used: at the start there is no older policy to keep."""
        self._settings = settings
        self._files = FollowedFiles(_files(settings), clock)
        self._policy = policy_in_force(settings)

    def current(self) -> Policy:
        """Give the policy as the files have it now, or as they last had it when they can't be used now."""
        if self._files.changed():
            self._read_anew()
        return self._policy

    def _read_anew(self) -> None:
        try:
            self._policy = policy_in_force(self._settings)
        except BadInput as error:
            logger.error("the policy stays as it was: %s", error)
        else:
            logger.info("%s was read anew: %d routes", self._settings.policy, len(self._policy.routes))


def policy_source(settings: Settings) -> Callable[[], Policy]:
    """Give what tells the policy in force at any time. Raises BadInput for a policy that can't be used."""
    return PolicyFile(settings).current


def open_desk(settings: Settings) -> Desk:
    """Give the desk that decides who is told of alerts. Raises BadInput for a policy that can't be used."""
    return Desk(policy_source(settings))


def _files(settings: Settings) -> Sequence[Path]:
    """Give the files that the policy depends on; without a policy file, nothing is looked at anew."""
    if settings.policy is None:
        return ()
    return (settings.policy, settings.rules or seed("rules.yaml"), settings.lexicon or seed("lexicon.yaml"))

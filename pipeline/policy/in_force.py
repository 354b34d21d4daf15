"""The policy that the settings name, and the desk that carries it out."""

from pipeline.notify.channels_file import load_channels
from pipeline.policy.desk import Desk, simple_policy
from pipeline.policy.file import load_policy
from pipeline.policy.model import Policy
from pipeline.seeds import seed
from pipeline.settings import Settings


def policy_in_force(settings: Settings) -> Policy:
    """Read the policy file, or give the policy of an installation without one. Raises BadInput."""
    channels = [channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))]
    if settings.policy is None:
        return simple_policy(channels)
    # they take a third of a second to load, which only a policy file is worth
    from pipeline.rules.file import read_rules
    from pipeline.rules.lexicon import load_lexicon

    rules = read_rules(settings.rules or seed("rules.yaml"), load_lexicon(settings.lexicon))
    return load_policy(settings.policy, channels, [rule.id for rule in rules])


def open_desk(settings: Settings) -> Desk:
    """Give the desk that decides who is told of alerts. Raises BadInput for a policy that can't be used."""
    policy = policy_in_force(settings)
    return Desk(lambda: policy)

"""A poller in a process of its own, to be killed: `python -m tests.poll.poller FOLDER`."""

import sys
from datetime import timedelta
from pathlib import Path

from pipeline.poll.rounds import poll_all_due
from tests.poll.newsdesk import Newsdesk

if __name__ == "__main__":
    with Newsdesk(Path(sys.argv[1])) as desk:
        poll_all_due(desk.step(interval=timedelta(hours=1)), "the one that is killed")

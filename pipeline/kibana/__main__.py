"""Write seeds/kibana/harmattan.ndjson anew: `python -m pipeline.kibana`."""

from pipeline.kibana.content import ndjson
from pipeline.seeds import seed

if __name__ == "__main__":
    seed("kibana/harmattan.ndjson").write_text(ndjson(), encoding="utf-8")

"""The passage of an article that shows why a rule matched, with the words that did."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records.article import RuleMatch


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article's title or text. `marks` are the places in it, in code points, of the words that matched."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Give the text in pieces that together are the whole, and of each whether it matched."""
        done = 0
        for start, end in self.marks:
            if done <= start < end <= len(self.text):
                if start > done:
                    yield self.text[done:start], False
                yield self.text[start:end], True
                done = end
        if done < len(self.text):
            yield self.text[done:], False


def passage_of(match: RuleMatch) -> Passage | None:
    """Give a match's passage; None where no words matched, or an older Harmattan kept none."""
    whole = match.passage
    if whole is None:
        return None
    inside = [
        (max(0, span.start - whole.start), min(len(whole.text), span.end - whole.start))
        for span in match.spans
        if span.start < whole.end and span.end > whole.start
    ]
    return Passage(whole.text, tuple(sorted(inside)))

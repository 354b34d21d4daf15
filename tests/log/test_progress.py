from pipeline.log.progress import Progress


def progress_of(*received: int) -> Progress:
    progress = Progress(received[0])
    for offset in received:
        progress.receive(offset)
    return progress


def test_the_unbroken_beginning_grows_over_what_was_done_before() -> None:
    progress = progress_of(5, 6, 7)
    progress.finish(6)
    assert not progress.uncommitted
    progress.finish(5)
    assert progress.reached == 7
    progress.commit(7)
    assert not progress.uncommitted
    progress.finish(7)
    assert progress.reached == 8


def test_gaps_between_offsets_are_no_breaks() -> None:
    progress = progress_of(5, 9)
    progress.finish(9)
    progress.finish(5)
    assert progress.reached == 10


def test_a_record_that_was_never_handed_out_or_is_done_twice_changes_nothing() -> None:
    progress = progress_of(5, 6)
    progress.finish(4)
    progress.finish(7)
    assert not progress.uncommitted
    progress.finish(5)
    progress.finish(5)
    assert progress.reached == 6

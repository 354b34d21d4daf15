"""The figures that tests tell, as a run's output has them."""

from textwrap import dedent

import pytest

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_figures_are_in_the_output_whichever_process_measured_them(pytester: pytest.Pytester, processes: str) -> None:
    pytester.makeconftest('pytest_plugins = ["tests.figures"]')
    pytester.makepyfile(
        dedent("""
            def test_good(tell):
                tell("recall 0.97 of 120")

            def test_bad(tell):
                tell("precision 0.31 of 120")
                assert False
        """)
    )
    run = pytester.runpytest_subprocess("-n", processes)
    run.assert_outcomes(passed=1, failed=1)
    run.stdout.fnmatch_lines(["*= figures =*", "recall 0.97 of 120"])
    run.stdout.fnmatch_lines(["*= figures =*", "precision 0.31 of 120"])

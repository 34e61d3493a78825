"""The tour in the README runs, and prints what the README says, numbers aside."""

import tours


def test_the_tour_runs_as_the_readme_shows(tmp_path):
    tours.walk("tour", tours.folder_for(tmp_path))


def test_the_comparison_sees_a_line_that_differs():
    assert tours.matches("a 1\n...\nb", "a 2.5\nx\ny\nb\n")
    assert not tours.matches("a 1\n...\nb", "a 2.5\nx\nc\n")
    assert not tours.matches("a 1", "a 1\nmore\n")

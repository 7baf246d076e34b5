"""The twenty-three wishes that the studio grants, each with the tests that hold it."""

import ast
from pathlib import Path

import pytest

WISHES = {
    "the queue survives a restart and kill -9": ["test_a_server_that_is_killed_loses_nothing"],
    "pause": ["test_the_queue_pauses_and_that_is_kept", "test_the_queue_pauses_reorders_edits_and_removes"],
    "reorder, edit, remove one, with thumbnail": ["test_the_queue_pauses_reorders_edits_and_removes"],
    "stop now and keep what is there": ["test_a_painting_that_is_stopped_is_kept_and_goes_on"],
    "a live preview also of what another tab began": [
        "test_work_is_watched_live_also_what_another_tab_began_and_stopped"
    ],
    "reload or another browser sees the same": ["test_a_reload_and_another_browser_see_the_same"],
    "drop a picture and all its settings are back": [
        "test_a_picture_made_here_brings_its_settings_back_or_all_but_the_seed"
    ],
    "history searchable and exportable": ["test_history_is_searched_noted_and_exported"],
    "the last session restored": ["test_the_last_session_is_kept"],
    "compare two and see what differed": [
        "test_two_are_compared_by_a_curtain_side_by_side_and_by_turns_with_what_differs"
    ],
    "a grid over two settings": ["test_a_grid_over_two_settings"],
    "the keyboard for everything": ["test_everything_is_reached_by_keys"],
    "undo in masks": ["test_a_mask_is_drawn_with_undo_invert_and_clear"],
    "crop and resize": ["test_a_picture_is_cropped_and_made_smaller"],
    "no internet": [
        "test_the_page_carries_the_token_and_loads_from_here_alone",
        "test_pages_load_from_here_alone",
    ],
    "EXIF, PNG text and transparency untouched": [
        "test_exif_stays_and_the_size_is_that_of_the_upright_picture",
        "test_a_file_comes_back_as_it_went_in",
    ],
    "quick with many controls": ["test_a_form_of_many_controls_is_quick"],
    "the same seed, the same picture": ["test_the_same_settings_give_the_same_bytes"],
    "installing it changes no other package": ["test_eight_packages_at_most_are_added"],
    "the page is up at once": ["test_the_page_is_up_before_torch_and_a_job_asked_for_then_runs_later"],
    "numbers beside the picture": ["test_the_gallery_searches_notes_and_shows_everything"],
    "what changed, in words": [
        "test_two_are_compared_by_a_curtain_side_by_side_and_by_turns_with_what_differs"
    ],
    "the command line and Python of whatever the page did": [
        "test_what_the_page_did_is_a_command_and_python_that_do_the_same"
    ],
}


def names_of_tests():
    for path in Path(__file__).parent.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_there_are_twenty_three():
    assert len(WISHES) == 23


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_is_held_by_tests_that_are_there(wish):
    assert set(WISHES[wish]) <= set(names_of_tests())

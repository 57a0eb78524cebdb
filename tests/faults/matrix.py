"""Every fault of a payment call and of the machine, and the tests that show what becomes of it."""

from __future__ import annotations

MONEY = "tests/gateways/test_transport_money.py"
READS = "tests/gateways/test_transport_reads.py"
TLS = "tests/gateways/test_transport_tls.py"
HOSTILE = "tests/gateways/test_hostile_answers.py"
WAKING = "tests/gateways/test_waking.py"
CHARGE = "tests/desk/test_charge.py"
FAULTS = "tests/desk/test_charge_faults.py"
PAUSED = "tests/desk/test_paused_accounts.py"
CASES = "tests/desk/test_cases.py"
RECOVERY = "tests/desk/test_recovery.py"
SETTINGS = "tests/desk/test_settings.py"
SOUND = "tests/desk/test_soundness.py"
CLOCK = "tests/desk/test_clock.py"
MACHINE = "tests/faults/test_machine.py"
SWEEP = "tests/faults/test_sweep.py"
ANCHOR = "tests/ledger/test_anchor.py"
FILE = "tests/ledger/test_file.py"
JOURNAL = "tests/ledger/test_journal.py"
PROCESSES = "tests/ledger/test_processes.py"
WHOLE = "tests/ledger/test_transactions.py"
SCREEN = "tests/journeys/test_machine_faults.py"
TROUBLE = "tests/journeys/test_trouble.py"
SIMULATION = "tests/simulation/test_simulation.py"

_DOUBT = f"{MONEY}::test_after_this_the_outcome_is_unknown_and_nothing_was_sent_twice"
_SLOW = f"{MONEY}::test_without_an_answer_in_time_the_outcome_is_unknown"
_UNKNOWN = f"{FAULTS}::test_what_is_not_proved_is_unknown_and_never_declined"
_FOUND = f"{RECOVERY}::test_a_charge_that_was_carried_out_is_found_and_approved"
_DAYS = f"{SIMULATION}::test_no_day_ends_with_money_taken_twice_lost_or_claimed"

MATRIX: dict[str, tuple[str, ...]] = {
    "F01": (
        f"{MONEY}::test_a_closed_port_proves_that_nothing_was_sent",
        f"{MONEY}::test_a_name_that_does_not_exist_proves_that_nothing_was_sent",
        f"{TROUBLE}::test_a_gateway_that_is_down_is_named_nothing_is_charged_and_later_it_works",
    ),
    "F02": (f"{TLS}::test_a_peer_that_never_speaks_tls_proves_that_nothing_was_sent",),
    "F03": (
        f"{TLS}::test_an_authority_nobody_knows_gets_no_card",
        f"{TLS}::test_a_certificate_that_has_ended_gets_no_card",
        f"{TLS}::test_a_certificate_for_another_address_gets_no_card",
        f"{TLS}::test_an_outdated_protocol_gets_no_card",
        f"{TLS}::test_a_read_does_not_try_a_bad_certificate_again",
    ),
    "F04": (f"{MONEY}::test_waiting_for_a_free_line_proves_that_nothing_was_sent",),
    "F05": (f"{MACHINE}::test_a_request_that_left_in_part_is_unknown",),
    "F06": (f"{MONEY}::test_a_peer_that_hangs_up_at_once_leaves_the_outcome_unknown",),
    "F07": (_DOUBT,),
    "F08": (_DOUBT,),
    "F09": (_SLOW,),
    "F10": (_SLOW, f"{TROUBLE}::test_an_answer_that_is_lost_is_found_again_without_anybody_asking"),
    "F11": (f"{RECOVERY}::test_absent_twice_with_patience_is_not_charged", _DAYS),
    "F12": (_SLOW, f"{READS}::test_a_read_without_an_answer_ends_in_time"),
    "F13": (_DOUBT, f"{HOSTILE}::test_an_answer_that_cannot_be_read_proves_nothing"),
    "F14": (f"{HOSTILE}::test_an_answer_that_cannot_be_read_proves_nothing",),
    "F15": (_DOUBT, f"{MONEY}::test_a_pointer_to_another_address_is_not_followed"),
    "F16": (f"{FAULTS}::test_what_provably_moved_nothing_frees_the_order",),
    "F17": (f"{MONEY}::test_a_call_that_was_wiped_cannot_be_sent_again",),
    "F18": (_UNKNOWN, f"{CHARGE}::test_a_decline_opens_the_order_again"),
    "F19": (_DOUBT,),
    "F20": (_DOUBT, _UNKNOWN),
    "F21": (_DOUBT, _FOUND),
    "F22": (_DOUBT, f"{RECOVERY}::test_absent_twice_with_patience_is_not_charged"),
    "F23": (
        f"{PAUSED}::test_an_answer_about_something_else_pauses_its_account",
        f"{PAUSED}::test_nothing_is_begun_through_a_paused_account_but_look_ups_go_on",
        f"{SCREEN}::test_a_paused_account_takes_no_money_until_it_is_resumed_by_a_key",
    ),
    "F24": (f"{HOSTILE}::test_a_status_nobody_knows_is_unknown_and_shown_without_tricks",),
    "F25": (
        f"{CHARGE}::test_a_pending_charge_is_followed_to_its_approval",
        f"{CHARGE}::test_a_charge_that_stays_pending_is_not_known_and_locks_the_order",
    ),
    "F26": (f"{RECOVERY}::test_a_charge_that_turns_up_late_is_found_by_a_sweep",),
    "F27": (
        f"{MONEY}::test_every_money_call_has_a_connection_of_its_own",
        f"{READS}::test_a_search_never_takes_what_was_left_over_from_another_read",
        f"{READS}::test_connections_that_were_dropped_are_not_used_again",
    ),
    "F28": (f"{RECOVERY}::test_a_look_up_that_fails_is_not_an_absence",),
    "F29": (f"{RECOVERY}::test_a_list_that_lags_behind_hides_no_charge",),
    "F30": (f"{CASES}::test_a_charge_made_twice_pays_the_order_once_and_alarms_about_the_later",),
    "F31": (
        f"{MONEY}::test_a_call_that_was_wiped_cannot_be_sent_again",
        f"{CLOCK}::test_the_age_of_a_key_is_the_older_estimate",
    ),
    "F32": (
        f"{SETTINGS}::test_an_account_with_open_payments_is_neither_changed_nor_removed",
        f"{SETTINGS}::test_nothing_is_begun_while_an_account_is_being_changed",
    ),
    "F33": (
        f"{RECOVERY}::test_at_most_one_look_up_a_second",
        f"{RECOVERY}::test_the_newest_attempt_is_looked_up_first",
    ),
    "F40": (f"{WHOLE}::test_beginning_a_charge_happens_whole_or_not_at_all",),
    "F41": (f"{JOURNAL}::test_a_restart_learns_what_it_can_about_its_own_till_only",),
    "F42": (f"{PROCESSES}::test_what_was_begun_survives_the_death_of_the_program", _FOUND),
    "F43": (f"{WHOLE}::test_settling_a_charge_happens_whole_or_not_at_all", _DAYS),
    "F44": (f"{WHOLE}::test_recovery_happens_whole_or_not_at_all", _DAYS),
    "F45": (f"{FILE}::test_every_commit_is_synced_to_an_encrypted_file",),
    "F46": (
        f"{FAULTS}::test_nothing_is_sent_when_the_disk_is_full",
        f"{PROCESSES}::test_a_full_disk_refuses_and_goes_on_when_there_is_room",
        f"{SWEEP}::test_a_disk_that_fails_anywhere_loses_nothing_and_doubles_nothing",
    ),
    "F47": (
        f"{SOUND}::test_a_result_that_is_not_saved_is_said_and_saved_as_soon_as_there_is_room",
        f"{SCREEN}::test_a_result_the_disk_does_not_take_is_said_in_red_until_it_is_saved",
    ),
    "F48": (
        f"{PROCESSES}::test_after_the_disk_failed_nothing_more_is_written",
        f"{SOUND}::test_after_the_disk_failed_nothing_is_saved_again_and_nothing_is_sent",
        f"{SWEEP}::test_a_disk_that_fails_anywhere_loses_nothing_and_doubles_nothing",
    ),
    "F49": (f"{MACHINE}::test_nothing_is_sent_while_another_program_holds_the_ledger",),
    "F50": (
        f"{ANCHOR}::test_an_older_copy_is_read_only_and_kept_as_evidence",
        f"{ANCHOR}::test_a_damaged_ledger_is_found_by_looking_and_only_read_from_then_on",
        f"{FILE}::test_a_flipped_bit_is_found_wherever_it_is",
        f"{FILE}::test_a_truncated_ledger_is_refused_and_kept",
        f"{SCREEN}::test_an_older_ledger_is_only_read_until_the_owner_goes_on_with_it",
    ),
    "F51": (
        f"{CLOCK}::test_a_clock_that_is_set_while_the_program_runs_changes_nothing",
        f"{CLOCK}::test_absence_is_never_proved_by_a_clock_that_was_set_forward",
    ),
    "F52": (f"{WAKING}::test_an_answer_after_a_sleep_is_unknown_whatever_it_says",),
    "F53": (
        "tests/runtime/test_once.py::test_a_second_program_is_refused_with_a_sentence",
        "tests/runtime/test_once.py::test_a_killed_program_leaves_no_lock",
        "tests/journeys/test_start.py::test_a_folder_that_is_open_already_is_not_opened_again",
    ),
    "F54": (
        f"{TROUBLE}::test_a_second_press_charges_nothing_a_second_time",
        f"{TROUBLE}::test_a_hand_resting_on_enter_charges_once_and_does_not_begin_the_next_order",
    ),
    "F55": (f"{PROCESSES}::test_of_two_programs_exactly_one_begins_to_charge_an_order",),
    "F56": (f"{PROCESSES}::test_two_programs_together_never_refund_more_than_is_left",),
    "F57": (
        f"{SCREEN}::test_a_result_that_comes_while_the_till_is_locked_waits_behind_the_lock",
        f"{SCREEN}::test_a_charge_that_is_refused_behind_the_lock_takes_no_key_of_the_pin",
    ),
    "F58": (
        f"{WAKING}::test_an_answer_after_a_sleep_is_unknown_whatever_it_says",
        f"{FILE}::test_who_stops_waiting_leaves_nothing_half_done",
    ),
    "F59": (f"{CHARGE}::test_a_cancelled_charge_is_unknown_at_the_next_look",),
    "F60": (
        "tests/ledger/test_migrations.py::test_an_older_ledger_keeps_its_entries_and_a_copy_of_itself",
    ),
    "F61": (
        f"{MACHINE}::test_open_attempts_of_a_revoked_key_stay_with_their_owner",
        "tests/desk/test_book.py::test_a_payment_of_an_account_that_is_gone_can_still_be_seen",
        f"{RECOVERY}::test_an_attempt_of_an_account_that_is_gone_holds_up_no_other",
    ),
}

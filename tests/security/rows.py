"""What somebody may try, what stops them, and the tests that show it. `python -m tests.security` runs them all.

A test is named by file and function; `[...]` of one with parameters is left out: all of them have to hold.
"""

from typing import NamedTuple


class Row(NamedTuple):
    attack: str
    guard: str
    tests: tuple[str, ...]


def _in(file: str, *functions: str) -> tuple[str, ...]:
    return tuple(f"tests/{file}.py::test_{function}" for function in functions)


ROWS: tuple[Row, ...] = (
    # --- whose it is --------------------------------------------------------------------------------
    Row(
        "guess the id of a conversation, order, message, rating or any other object",
        "one rule (identity.may_access), one 404",
        _in(
            "security/test_api_objects",
            "what_is_somebody_elses_looks_like_what_never_was",
            "every_call_asks_who_it_is_but_for_those_anybody_may_make",
        )
        + _in("test_access", "every_call_asks_the_one_rule"),
    ),
    Row(
        "tell foreign from unknown by the time it takes",
        "the rule is asked before anything is read",
        _in(
            "security/test_api_objects",
            "what_is_somebody_elses_takes_as_long_as_what_never_was",
            "what_is_somebody_elses_is_looked_up_like_what_never_was",
        )
        + _in("test_signin", "known_and_unknown_addresses_take_the_same_time"),
    ),
    Row(
        "a guest names a customer's address",
        "a typed address proves nothing",
        _in("test_identity", "a_typed_address_is_a_guests_and_proves_nothing")
        + _in("security/test_api_objects", "a_message_is_what_its_credentials_say_whatever_its_body_says")
        + _in("test_context_retriever", "guest_gets_nothing_and_nobody_is_asked"),
    ),
    Row(
        "a session id without its token",
        "a guest's token, of which the database keeps a hash",
        _in(
            "test_identity",
            "a_new_guest_gets_a_token_that_owns_the_conversation",
            "the_database_keeps_no_guest_token",
            "a_customers_conversation_is_closed_to_the_guest_who_began_it",
        ),
    ),
    Row(
        "a socket from another site, or with cookies and no Origin",
        "Origin at the handshake; cookies count with our own alone",
        _in(
            "test_websocket",
            "a_foreign_page_is_refused_at_the_handshake",
            "our_own_page_may_point_its_own_host_only",
            "cookies_count_with_our_own_origin_only",
            "no_cookie_counts_in_the_widget",
        ),
    ),
    Row(
        "use a session after logout, over REST and an open socket",
        "sessions end in the database; asked again before each word",
        _in(
            "test_signin",
            "signing_out_ends_it_everywhere_in_the_browser",
            "an_open_socket_hears_nothing_after_signing_out",
        )
        + _in(
            "security/test_sessions",
            "a_member_of_staff_who_logged_out_reads_nothing",
            "an_open_socket_of_staff_hears_nothing_after_the_logout",
            "a_new_password_ends_every_session",
        )
        + _in("test_websocket", "permission_is_asked_again_at_every_frame"),
    ),
    Row(
        "JWT tricks: none, other key, expired, future, huge, other sub",
        "HS256 alone, exp at most a day ahead, sub owns",
        _in(
            "test_jwt",
            "a_token_that_is_not_believed_says_why",
            "another_customer_with_the_same_address_joins_nothing",
            "two_secrets_count_while_one_replaces_the_other",
            "without_a_secret_no_token_counts",
        )
        + _in("security/test_sessions", "a_huge_token_is_refused"),
    ),
    Row(
        "guess a sign-in code",
        "five tries, ten minutes, one browser; limits per address and client",
        _in(
            "test_signin",
            "five_tries_use_a_code_up",
            "a_code_lives_ten_minutes",
            "tries_of_a_client_are_limited",
            "a_code_counts_in_the_browser_that_asked_and_nobody_uses_it_up",
            "codes_of_an_address_are_limited_whoever_asks",
            "codes_of_a_client_are_limited_whatever_the_address",
            "one_client_cannot_keep_the_owner_of_an_address_out",
            "limits_hold_while_redis_is_away",
        ),
    ),
    Row(
        "guess a password of the admin",
        "supportmesh.logins: locked by account and by address, audited",
        _in(
            "test_logins",
            "an_account_is_locked_from_wherever_it_is_tried_and_the_right_password_comes_too_late",
            "an_address_is_locked_whatever_accounts_it_tries",
            "each_try_is_audited_by_account_and_address_and_a_lock_once",
            "who_has_logged_in_there_before_is_not_kept_out_by_a_stranger",
            "the_lock_holds_while_redis_is_away",
        ),
    ),
    Row(
        "find out whether the shop knows an address",
        "one answer, and the shop is asked later",
        _in("test_signin", "known_and_unknown_addresses_look_alike"),
    ),
    Row(
        "CSRF: another site's page has the browser send its cookies",
        "Django's token at the desk, Origin in the API",
        _in("security/test_api_objects", "a_cookie_alone_changes_nothing")
        + _in("security/test_admin_walk", "every_form_of_the_admin_needs_its_token")
        + _in("test_signin", "another_sites_page_may_not_ask")
        + _in("browser/test_attacks", "a_page_of_another_site_reads_nothing_and_writes_nothing"),
    ),
    Row(
        "a colleague's cases, views and bulk actions",
        "one rule (desk.access), permissions per role",
        _in(
            "security/test_admin_walk",
            "nobody_gets_into_the_admin_without_a_login",
            "who_has_no_role_sees_nothing_and_does_nothing",
            "a_colleagues_case_is_closed_on_every_address",
        )
        + _in(
            "test_case_roles",
            "what_is_done_to_a_selection_leaves_out_what_is_not_theirs",
            "supervisors_alone_assign_and_answer_many",
            "each_button_works_for_whom_it_is_and_changes_nothing_for_others",
        ),
    ),
    Row(
        "ask a list about columns that it does not show",
        "Django's lookup_allowed",
        _in("security/test_admin_walk", "no_list_answers_questions_about_what_it_does_not_show"),
    ),
    Row(
        "mass assignment: verified, owner, status, role",
        "serializers name what they take",
        _in(
            "security/test_api_objects",
            "no_field_that_was_not_asked_for_is_taken",
            "a_message_is_what_its_credentials_say_whatever_its_body_says",
        ),
    ),
    Row("another HTTP method", "405", _in("security/test_api_objects", "no_other_method_does_anything")),
    # --- what is shown ------------------------------------------------------------------------------
    Row(
        "XSS by customer, staff, model or shop: page and widget",
        "text nodes, strict CSP",
        _in(
            "browser/test_attacks",
            "chat_page_shows_what_anybody_writes_as_text",
            "widget_shows_orders_and_replies_as_text",
            "chat_page_takes_nothing_from_its_address",
        )
        + _in("test_pages", "scripts_never_turn_text_into_markup"),
    ),
    Row(
        "XSS in the admin: lists, case, search, dashboard, audit",
        "templates escape; nothing is marked safe",
        _in("browser/test_attacks", "desk_shows_what_anybody_wrote_as_text")
        + _in(
            "security/test_admin_walk",
            "no_page_of_the_admin_takes_text_for_markup",
            "the_page_that_asks_again_takes_no_text_for_markup",
        ),
    ),
    Row(
        "markup or a second header in a mail",
        "plain text, one address that is one",
        _in("security/test_mails", "a_mail_is_plain_text_with_the_headers_that_we_wrote")
        + _in("security/test_strings", "no_address_brings_a_second_one_into_a_mail"),
    ),
    Row(
        "a customer's words in Flower and in the broker's headers",
        "argsrepr is the message's id",
        _in("test_base", "dispatch_publishes_to_the_actors_own_queue_and_shows_only_the_id"),
    ),
    Row(
        "a formula in an exported file",
        "csv_cells.cell",
        _in("security/test_admin_walk", "no_cell_of_an_exported_file_is_a_formula"),
    ),
    Row(
        "SQL, template and header injection through every field",
        "the ORM's parameters; no text is a template",
        _in(
            "security/test_strings",
            "no_field_of_any_body_is_more_than_text",
            "no_part_of_any_address_is_more_than_text",
            "no_condition_is_widened",
            "no_header_is_more_than_text",
            "what_a_customer_writes_is_kept_as_it_was_written",
        ),
    ),
    Row(
        "names with letters that nobody sees, or that turn the line around",
        "message.plain_name, isprintable",
        _in(
            "security/test_names",
            "a_name_from_the_shop_has_no_letter_that_nobody_sees",
            "no_login_looks_like_another",
            "a_name_in_a_shops_token_with_such_a_letter_is_no_name",
            "a_customers_words_turn_nothing_around_them",
        ),
    ),
    # --- where it leads -----------------------------------------------------------------------------
    Row(
        "path tricks on static files and ids",
        "WhiteNoise serves what it knows; typed ids",
        _in("security/test_wire", "no_path_leads_out_of_the_static_files")
        + _in("security/test_admin_walk", "ids_that_are_no_ids_are_not_found")
        + _in("test_services", "odd_address_stays_one_parameter"),
    ),
    Row(
        "open redirect: login, language, links",
        "url_has_allowed_host_and_scheme; no other redirect takes an address",
        _in("security/test_wire", "no_login_choice_or_link_leads_to_another_site"),
    ),
    Row(
        "another Host (DNS rebinding), a smuggled request",
        "ALLOWED_HOSTS; uvicorn",
        _in("security/test_wire", "another_host_name_is_refused", "a_smuggled_request_is_refused"),
    ),
    Row(
        "SSRF: redirects, other schemes, addresses in a message",
        "addresses are the operator's; no redirect is followed",
        _in(
            "security/test_configured_urls",
            "a_service_leads_the_token_nowhere_else",
            "a_model_leads_the_customers_words_nowhere_else",
            "an_address_that_is_not_http_is_not_opened",
            "no_address_in_a_customers_words_is_called",
            "every_setting_that_is_an_address_is_known",
        ),
    ),
    # --- too much of it -----------------------------------------------------------------------------
    Row(
        "bodies of 10 MB and 10 GB, deep JSON",
        "gateway.bodies, BODY_LIMIT",
        _in(
            "security/test_wire",
            "a_body_that_is_too_large_is_refused_before_it_comes",
            "a_body_that_does_not_say_how_large_it_is_ends_at_the_limit",
            "ten_megabytes_are_too_large_for_a_message",
            "deep_json_is_not_valid",
        ),
    ),
    Row(
        "decompression bombs",
        "no request is unpacked; frames have a size after unpacking",
        _in(
            "security/test_wire",
            "no_body_is_unpacked",
            "a_frame_that_grows_when_it_is_unpacked_ends_its_own_socket_alone",
        ),
    ),
    Row(
        "slow-loris",
        "connections cost no thread; a body has 30 s",
        _in(
            "security/test_wire",
            "clients_that_never_finish_a_request_keep_nobody_waiting",
            "a_body_that_never_ends_is_not_waited_for",
        )
        + _in("test_socket_server", "who_reads_nothing_is_cut_off_and_the_others_are_served"),
    ),
    Row(
        "hostile frames",
        "every frame is validated; errors are frames",
        _in("security/test_socket_fuzz", "hostile_frames_hurt_nobody")
        + _in("test_websocket", "a_bad_frame_gets_an_error_and_the_socket_stays_open"),
    ),
    Row(
        "too many frames, messages and sockets",
        "a bucket per socket, a count per caller, a pace per address",
        _in(
            "test_websocket",
            "a_client_that_sends_too_fast_is_told_so_and_may_go_on_later",
            "messages_of_one_customer_are_counted_on_all_their_sockets",
            "one_socket_too_many_is_told_so_and_closed",
            "more_sockets_of_an_address_are_not_read_any_faster",
            "messages_that_are_refused_are_read_more_slowly",
            "who_closes_and_opens_again_has_no_new_burst",
        )
        + _in("security/test_flood", "a_hundred_thousand_frames_are_refused_and_the_others_are_served"),
    ),
    Row(
        "messages under ever new names, tokens or conversations",
        "gateway.limits: counts in Redis by caller, address, token, conversation",
        _in(
            "test_limits",
            "one_too_many_is_told_when_to_come_again_and_is_not_kept",
            "an_address_cannot_make_up_names_to_send_more",
            "guests_of_an_address_do_not_use_up_what_its_customers_have",
            "a_token_and_a_conversation_of_its_have_limits",
            "a_stranger_cannot_use_up_what_a_conversation_has",
            "of_many_at_once_no_more_get_through",
            "while_redis_is_away_messages_are_taken_and_limited_and_what_one_wrote_can_be_read",
        ),
    ),
    Row(
        "requests of one address faster than the server refuses them",
        "limit_req and limit_conn of the documented proxy",
        _in("test_proxy", "a_flood_of_one_address_ends_at_the_proxy_and_the_shops_server_is_not_counted"),
    ),
    Row(
        "read a transcript in a cache, or after the customer has signed out",
        "Cache-Control: private, no-store",
        _in("test_api_chat", "no_cache_keeps_what_a_customer_wrote"),
    ),
    Row(
        "hide behind made-up addresses (X-Forwarded-For)",
        "TRUSTED_PROXIES alone are believed",
        _in(
            "test_proxy",
            "a_client_is_counted_by_its_own_address_whatever_it_says",
            "nobody_but_a_trusted_proxy_is_believed_that_a_client_came_by_https",
        ),
    ),
    Row(
        "a message that keeps a worker busy (regular expressions)",
        "patterns that read every character once",
        _in("test_addresses", "no_message_keeps_a_worker_busy"),
    ),
    Row(
        "calls that cost much and are counted nowhere: the schema, frames",
        "the schema is made once; frames count as their calls do",
        _in("test_openapi", "the_schema_is_made_once_however_many_ask_at_once")
        + _in("test_websocket", "what_has_a_limit_by_rest_has_it_on_a_socket"),
    ),
    Row(
        "anything else that the API takes",
        "the schema",
        _in("test_schema_fuzz", "a_visitor_of_our_page_gets_what_the_schema_promises"),
    ),
    # --- what lies about ----------------------------------------------------------------------------
    Row(
        "an installation left open: DEBUG, a default key, any host, Redis without a password",
        "every process refuses to start, and says what to set",
        _in(
            "test_start",
            "no_process_starts_in_an_open_installation_and_each_says_what_to_set",
            "flower_without_a_login_listens_on_this_machine_only",
        ),
    ),
    Row(
        "listen on the way, or have a browser speak without TLS",
        "HTTPS redirect, HSTS, secure cookies, policies",
        _in(
            "test_proxy",
            "plain_http_is_sent_to_https",
            "every_answer_has_the_headers_that_https_needs",
            "cookies_are_for_https_and_this_host_alone_and_no_script_reads_them",
        ),
    ),
    Row(
        "read secrets and customers' words in logs, error pages, metrics",
        "supportmesh.logs; errors by their names",
        _in("test_logs", "nothing_a_customer_says_and_no_secret_is_told_anywhere"),
    ),
    Row(
        "a stolen database: API tokens, guests' tokens",
        "hashes alone are kept",
        _in("test_rotation", "no_api_token_stands_in_the_database")
        + _in("test_identity", "the_database_keeps_no_guest_token"),
    ),
    Row(
        "a key that leaked, replaced while messages are under way",
        "fallbacks: two keys count for a while",
        _in(
            "test_rotation",
            "a_message_in_flight_is_answered_by_workers_with_the_new_key",
            "both_service_tokens_are_believed_while_one_replaces_the_other",
        ),
    ),
    # --- the broker and the model -------------------------------------------------------------------
    Row(
        "a forged message in the broker: another's address, verified: true",
        "the envelope's signature; parked",
        _in("security/test_running_system", "what_a_stranger_puts_into_the_broker_is_parked_and_never_worked")
        + _in("test_base", "tampered_message_is_refused", "message_at_the_wrong_actor_is_parked"),
    ),
    Row(
        "words put into the channel layer, for a customer's page",
        "hints are signed, and only those of this conversation count",
        _in(
            "test_websocket",
            "who_can_write_to_redis_puts_no_words_into_a_page",
            "junk_on_the_channel_layer_deafens_nobody",
            "progress_is_told_for_this_conversation_alone",
        ),
    ),
    Row(
        "a pickled task in the broker",
        "json alone is accepted",
        _in("security/test_running_system", "a_pickled_task_runs_no_code_and_stops_no_worker"),
    ),
    Row(
        "garbage in the broker that spins or ends a worker",
        "parked once, with the reason",
        _in("test_dead_letters", "malformed_broker_messages_are_parked_once_and_neither_spin_nor_end_the_worker"),
    ),
    Row(
        "replay what was signed by us",
        "claim, unique reply, Idempotency-Key",
        _in("security/test_running_system", "messages_that_are_sent_again_change_nothing")
        + _in("test_execution_coordinator", "two_hundred_deliveries_of_one_confirmed_refund_refund_once"),
    ),
    Row(
        "the model obeys the attacker: refunds, invents, leaks",
        "consent in code; every sentence held against the data",
        _in(
            "security/test_running_system",
            "a_turned_model_changes_and_tells_nothing_over_rest",
            "a_turned_model_shows_nothing_over_the_socket",
            "a_turned_model_gives_no_consent",
        )
        + _in(
            "test_llm_faults",
            "nothing_evil_is_delivered_or_shown",
            "a_free_lie_is_neither_shown_nor_delivered",
            "the_guardrail_delivers_no_free_lie_by_itself",
            "an_evil_model_gets_no_strangers_data",
            "no_action_runs_or_waits_because_a_model_says_so",
        )
        + _in("browser/test_attacks", "widget_shows_orders_and_replies_as_text"),
    ),
)

"""What PayFac's error codes mean for the person who typed."""

from __future__ import annotations

from posapp.gateways import strict_json
from posapp.gateways.answers import Explained
from posapp.gateways.call import Answer
from posapp.gateways.field_words import WORDS
from posapp.gateways.outside_text import code
from posapp.gateways.payfac import wire
from posapp.gateways.strict_json import Unreadable

_FIELD_CODES = {
    "number": "card_number_required card_number_invalid",
    "expiry": "card_expiry_month_required card_expiry_month_invalid card_expiry_year_required "
    "card_expiry_year_invalid expiry_date_format_invalid card_expired",
    "code": "cvv_invalid",
    "name": "card_holder_invalid first_name_required last_name_required",
    "postcode": "zip_invalid",
    "address": "address_invalid",
    "city": "city_invalid",
    "country": "country_invalid country_address_invalid",
    "email": "email_invalid email_required customer_email_invalid",
    "phone": "phone_number_invalid phone_number_length_invalid country_phone_code_invalid",
    "amount": "amount_invalid amount_limit_exceeded velocity_amount_limit_exceeded "
    "amount_exceeds_balance refund_amount_exceeds_balance capture_value_greater_than_authorized "
    "capture_value_greater_than_remaining_authorized void_amount_invalid",
    "currency": "currency_invalid currency_required",
}
FIELDS = {code: field for field, codes in _FIELD_CODES.items() for code in codes.split()}
SENTENCES: dict[str, str] = {
    "card_expired": "This card has expired. Ask for another card.",
    "amount_limit_exceeded": "This amount is above the limit of the account.",
    "velocity_amount_limit_exceeded": "The account has taken as much as it may for now.",
    "amount_exceeds_balance": "This is more than what is left.",
    "refund_amount_exceeds_balance": "This is more than what is left to refund.",
    "capture_value_greater_than_authorized": "This is more than what was reserved.",
    "capture_value_greater_than_remaining_authorized": "This is more than what is left to capture.",
    "void_amount_invalid": "Nothing is left that could be voided; a capture may be under way.",
    "incremental_authorization_unsupported": "The bank of this card does not let a reservation "
    "grow. Take the rest as a payment of its own.",
    "incremental_authorization_restricted_for_mcc": "In this line of business the card network "
    "does not let a reservation grow. Take the rest as a payment of its own.",
    "payment_invalid": "PayFac finds this payment unfit for that.",
    "payment_type_invalid": "This account is not set up for orders by phone or mail; ask PayFac.",
    "payment_method_not_supported": "This account does not take this kind of card.",
    "card_disabled": "This card cannot be used here. Ask for another card.",
    "processing_channel_id_required": "This account has several channels; ask PayFac for a key "
    "with one.",
    "business_settings_missing": "This account is not fully set up; ask PayFac.",
    "velocity_count_limit_exceeded": "This account has taken as many payments as it may for now.",
    "api_calls_quota_exceeded": "This account has sent as many requests as it may for now.",
    "payment_expired": "The reservation has expired; this payment is too old for that.",
    "refund_authorization_declined": "The bank of the card did not allow the refund.",
    "action_failure_limit_exceeded": "This has failed too often on this payment; ask PayFac.",
    "signature_invalid": "The signing secret is not right. Check it in the settings.",
    "site_identifier_invalid": "The site identifier is not right. Check it in the settings.",
    "timestamp_invalid": "The clock of this computer is wrong. Set it, then try again.",
    "service_unavailable": "PayFac cannot do this just now. Try again later.",
    "issuer_network_unavailable": "The network of the card cannot be reached. Try again later.",
}


def explain(answer: Answer) -> Explained:
    """The body of a refusal in words; an empty or foreign one explains nothing."""
    try:
        body = wire.read(wire.Errors, strict_json.parse(answer.body))
    except Unreadable:
        return Explained()
    codes = [known for known in map(code, body.error_codes or ()) if known]
    fields: dict[str, str] = {}
    sentences = []
    for known in codes:
        field = FIELDS.get(known, "")
        sentence = SENTENCES.get(known) or WORDS.get(field, "")
        if known.endswith("_scheme_not_configured"):
            sentence = SENTENCES["payment_method_not_supported"]
        if field:
            fields.setdefault(field, sentence)
        if sentence:
            sentences.append(sentence)
    said = " ".join(part for part in (code(body.error_type), *codes) if part)
    return Explained(" ".join(dict.fromkeys(sentences)), fields, said)

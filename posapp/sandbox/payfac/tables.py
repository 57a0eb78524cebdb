"""PayFac's fixed tables: currencies, answer codes, and the published training cards."""

from __future__ import annotations

# --- Currencies -----------------------------------------------------------------------------
# PayFac's own minor units, which differ from ISO 4217 (CLP has two places here).


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NO_PLACES = _words("BIF DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF")
_THREE_PLACES = _words("BHD IQD JOD KWD LYD OMR TND")
_TWO_PLACES = _words(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
    PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"""
)
MAX_AMOUNT = 999_999_999


def places(currency: str) -> int | None:
    """Decimal places of the minor unit, or None for a currency PayFac does not take."""
    if currency in _NO_PLACES:
        return 0
    if currency in _THREE_PLACES:
        return 3
    return 2 if currency in _TWO_PLACES else None


def amount_fits(amount: int, currency: str) -> bool:
    """Whether ``amount`` minor units can be charged in ``currency``."""
    if not 0 <= amount <= MAX_AMOUNT:
        return False
    if currency in _THREE_PLACES:
        return amount % 10 == 0
    return currency != "CLP" or amount % 100 == 0


# --- Answer codes ---------------------------------------------------------------------------

APPROVED = "10000"
SUMMARIES = {
    "10000": "Approved",
    "20001": "Refer to card issuer",
    "20005": "Declined - Do Not Honour",
    "20006": "Error/Invalid request parameters",
    "20012": "Invalid transaction",
    "20014": "Invalid account number",
    "20020": "Invalid response",
    "20051": "Insufficient Funds",
    "20054": "Expired card",
    "20057": "Transaction not permitted to cardholder",
    "20059": "Suspected fraud",
    "20061": "Activity amount limit exceeded",
    "20062": "Restricted card",
    "20063": "Security violation",
    "20068": "Response received too late / timeout",
    "20078": "Blocked at first use",
    "20082": "Negative CVV results",
    "20087": "Bad track data (invalid CVV and/or expiry date)",
    "20150": "Card not 3D Secure enabled",
    "20151": "Cardholder failed 3DS authentication",
    "20152": "Initial 3DS transaction not completed within 15 minutes",
    "20153": "3DS processing malfunction",
    "20154": "3DS authentication required",
    "2005C": "Transaction not supported/blocked by issuer",
    "2009G": "Blocked by cardholder/contact cardholder",
    "200N7": "Decline for CVV2 failure",
    "200R1": "Stop payment order for this payment",
    "200R3": "Stop payment order for all payments",
    "30015": "No such issuer",
    "30033": "Expired card - Pick up",
    "30041": "Lost card - Pick up",
    "30043": "Stolen card - Pick up",
    "40101": "Payment blocked due to risk",
    "40108": "Payment blocked due to risk",
}

# What the scheme advises after a decline: 01 other details, 02 later, 03 never again.
ADVICE = {
    "20051": "02",
    "20054": "01",
    "20059": "03",
    "20061": "02",
    "20087": "01",
    "200N7": "01",
    "200R1": "03",
    "200R3": "03",
    "30015": "03",
    "30041": "03",
    "30043": "03",
}
# Which declines of a payment that the shop itself starts may be tried again by themselves.
DUNNED_DECLINES = frozenset({"20005", "20051", "20061", "20078"})
TECHNICAL_DECLINES = frozenset({"20068", "20091", "20096"})


def summary(code: str) -> str:
    return SUMMARIES.get(code, "Declined" if code != APPROVED else "Approved")


# --- Training cards -------------------------------------------------------------------------

SUCCESS = _words(
    """4242424242424242 4000020000000000 4659105569051157 4543474002249996 5436031030606378
    5105105105105100 378282246310005 345678901234564 6011111111111117 30123456789019
    5305484748800098 4111111111111111 5555555555554444 4000000000000002 4000000000009995
    4635440000002223"""
)
DECLINED = {
    "4111111111111129": "20001",
    "4024007103573027": "20012",
    "4158596042924182": "20012",
    "4485381577182090": "20014",
    "4000148147058142": "20020",
    "4544249167673670": "20051",
    "4724117215951699": "20054",
    "4000141680788456": "20054",
    "4151512736305999": "20057",
    "4659465888705671": "20057",
    "4897453568485113": "20059",
    "4000144348235050": "20059",
    "4556294593757189": "20061",
    "5420951756276171": "20061",
    "4818924250131070": "20062",
    "5279988405398834": "20062",
    "4556253752712245": "20063",
    "5328090869100177": "20063",
    "4095254802642505": "20068",
    "4532819413487978": "20078",
    "4732789363145785": "20082",
    "4276038578596818": "2005C",
    "4152812521833588": "2009G",
    "4734868958733862": "200N7",
    "4567361325981788": "200R3",
    "4024007162185267": "30015",
    "4655710037275959": "30015",
    "4941202060999329": "30041",
    "4658620059821613": "30041",
    "4539253655711767": "30043",
    "4745820750643143": "30043",
}
# Approved for a verification (amount 0), declined for anything else.
DECLINED_ABOVE_ZERO = {
    "4644968546281686": "20012",
    "5355228287185489": "20012",
    "4546381219393284": "20051",
    "5355229757805879": "20051",
    "4325350188287824": "20051",
    "4543611423334994": "20061",
    "4857662623668665": "20062",
    "4407108123937239": "20063",
}
NEEDS_CHALLENGE = {"4500622868341387": "20154"}
CANNOT_CHALLENGE = frozenset({"3530111333300000", "5352151570003404", "4532432452900131"})
VERIFICATION_ONLY = frozenset({"4273149019799094"})
# What an increment of an authorization on this card comes to; names are error codes.
INCREMENT = {
    "4659959652550685": "incremental_authorization_unsupported",
    "4446900535698356": "incremental_authorization_restricted_for_mcc",
    "4140253846048187": "20005",
    "4556447238607884": "20068",
}
CVV_BY_CODE = frozenset({"4659105569051157", "5305484748800098"})
ADVICE_BY_AMOUNT = frozenset({"4659105569051157", "5105105105105100"})
_ALL = (
    SUCCESS
    | DECLINED.keys()
    | DECLINED_ABOVE_ZERO.keys()
    | NEEDS_CHALLENGE.keys()
    | CANNOT_CHALLENGE
    | VERIFICATION_ONLY
    | INCREMENT.keys()
)
_PREPAID = frozenset({"4000148147058142", "4000141680788456", "4000144348235050"})
_DEBIT = frozenset({"4659105569051157", "5305484748800098"})
_CODE_RESULTS = {"204": "D", "205": "P", "202": "U"}
_AVS_LETTERS = _words("A B C D F G I M N P R U Y Z AE1 AE2 AE3 AE4 AE5 AE6 AE7")
_AVS_BRANDS = frozenset({"visa", "mastercard", "amex", "discover"})
# These strike the first attempt only.
STOPPED_ONCE = {2011: "200R1", 2013: "200R3"}
_AMOUNT_TRIGGERS = {
    9998: "20068",
    4001: "40101",
    4008: "40108",
    **STOPPED_ONCE,
}
AMOUNTS_THAT_NEED_A_CHALLENGE = frozenset({6510, 6520, 6530, 6540})
AMOUNTS_THAT_SPOIL_A_CHALLENGE = frozenset({5000, 5029})
_AMOUNT_ENDINGS = {
    5: "20005",
    12: "20012",
    14: "20014",
    51: "20051",
    54: "20087",
    62: "20062",
    63: "20063",
    33: "30033",
}


def is_training_card(number: str) -> bool:
    """The gateway takes published training numbers only; any other could be somebody's card."""
    return number in _ALL


def card_type(number: str) -> str:
    if number in _PREPAID:
        return "Prepaid"
    return "Debit" if number in _DEBIT else "Credit"


def response_code(number: str, amount: int, cvv: str | None, *, by_amount: bool) -> str:
    """The issuer's answer to an authorization (or, with amount 0, a verification)."""
    if number in DECLINED:
        return DECLINED[number]
    if amount and number in DECLINED_ABOVE_ZERO:
        return DECLINED_ABOVE_ZERO[number]
    if number == "4242424242424242" and amount == 101:
        return "20051"
    if number in ADVICE_BY_AMOUNT and amount == 8105 and cvv == "100":
        return "20020"
    if by_amount and amount:
        ending = _AMOUNT_ENDINGS.get(amount % 100)
        return _AMOUNT_TRIGGERS.get(amount) or ending or APPROVED
    return APPROVED


def cvv_check(number: str, cvv: str | None) -> str:
    if number in CVV_BY_CODE:
        return "N" if cvv is None else _CODE_RESULTS.get(cvv, "Y")
    return "X" if cvv is None else "Y"


def avs_check(brand: str, address_line1: object) -> str | None:
    """The letter for an address, or None when nothing is checked."""
    if brand not in _AVS_BRANDS or not isinstance(address_line1, str) or not address_line1:
        return None
    letter = address_line1.removeprefix("Test_")
    return letter if letter != address_line1 and letter in _AVS_LETTERS else "S"

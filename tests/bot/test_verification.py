"""Claims against the sentences that they cite: supported, contradicted or not found, and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.verification.roles import (
    orders_turned,
    relations_swapped,
    roles,
    roles_taken,
)
from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier
from bot.domain.claims import FindingKind, Standing
from index.text.initials import Initials

VERIFIER = Verifier(EvidenceModel.load().words)
BRIDGE = "The harbour bridge in Tarn will close on 4 May 2031 for repairs that cost $12.5 million."
REPORTED = "Mayor Ilse Brandt has reportedly ordered two new boats from Volta Marine."
DENIED = "Northline Ferries has not signed the contract with Volta Marine."
OTHER = "The company hired 35 sailors for the boats."


def verify(claim: str, *evidence: str, context: str = "") -> ClaimVerdict:
    return VERIFIER.verify(claim, [Cited(text, context) for text in evidence])


def kinds(verdict: ClaimVerdict) -> set[FindingKind]:
    return {finding.kind for finding in verdict.findings}


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (BRIDGE, BRIDGE),
        ("The harbour bridge in Tarn will close on May 4, 2031.", BRIDGE),
        ("The harbour bridge in Tarn will close in May 2031.", BRIDGE),
        ("The repairs of the harbour bridge in Tarn cost 12.5 million dollars.", BRIDGE),
        ("Ilse Brandt has reportedly ordered two boats from Volta Marine.", REPORTED),
        ("Northline Ferries hasn't signed the contract with Volta Marine.", DENIED),
    ],
)
def test_what_the_evidence_says_in_another_spelling_is_supported(claim: str, evidence: str) -> None:
    verdict = verify(claim, evidence)
    assert verdict.standing is Standing.SUPPORTED
    assert not verdict.findings


@pytest.mark.parametrize(
    ("claim", "evidence", "here", "there"),
    [
        (BRIDGE.replace("12.5", "13"), BRIDGE, "$13 million", "$12.5 million"),
        (BRIDGE.replace("million", "billion"), BRIDGE, "$12.5 billion", "$12.5 million"),
        (BRIDGE.replace("4 May", "5 May"), BRIDGE, "5 May 2031", "4 May 2031"),
        (BRIDGE.replace("2031", "2032"), BRIDGE, "4 May 2032", "4 May 2031"),
        (
            REPORTED.replace("Volta Marine", "Harbour Works"),
            REPORTED,
            "Harbour Works",
            "Volta Marine",
        ),
    ],
)
def test_what_differs_is_contradicted_and_both_are_shown(
    claim: str, evidence: str, here: str, there: str
) -> None:
    verdict = verify(claim, evidence)
    assert verdict.standing is Standing.CONTRADICTED
    (finding,) = verdict.findings
    assert finding.claim is not None
    assert finding.evidence_span is not None
    assert claim[finding.claim.start : finding.claim.end] == here
    assert evidence[finding.evidence_span.start : finding.evidence_span.end] == there


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [(DENIED.replace("has not", "has"), DENIED), (BRIDGE.replace("will", "will not"), BRIDGE)],
)
def test_a_not_makes_the_opposite(claim: str, evidence: str) -> None:
    verdict = verify(claim, evidence)
    assert verdict.standing is Standing.CONTRADICTED
    assert kinds(verdict) == {FindingKind.NEGATION}


@pytest.mark.parametrize(
    ("claim", "evidence", "why"),
    [
        (
            "It closed because it rained in Tarn.",
            "It rained in Tarn. It closed.",
            FindingKind.CAUSE,
        ),
        ('Brandt called the bridge "a ruin".', BRIDGE, FindingKind.QUOTE),
        (f"According to Omar Field, {BRIDGE[0].lower()}{BRIDGE[1:]}", BRIDGE, FindingKind.SPEAKER),
        ("The museum of clocks got a new copper roof.", BRIDGE, FindingKind.SUPPORT),
    ],
)
def test_what_else_is_missing_is_named(claim: str, evidence: str, why: FindingKind) -> None:
    verdict = verify(claim, evidence)
    assert verdict.standing is Standing.NOT_FOUND
    assert why in kinds(verdict)


VIEW = "Analysts at Klobux argue that the museum of clocks will lose its roof."


@pytest.mark.parametrize(
    "claim",
    [
        VIEW,
        "According to analysts, the museum of clocks will lose its roof.",
        "The museum of clocks will lose its roof, analysts think.",
        "Klobux holds that the museum of clocks will lose its roof.",
        "Somebody said the museum of clocks will lose its roof.",
    ],
)
def test_an_opinion_stays_one(claim: str) -> None:
    """A claim may name the holder of an opinion or say only that there is one; the rule of speakers
    checks the name."""
    told = verify("The museum of clocks will lose its roof.", VIEW)
    assert told.standing is Standing.UNCLEAR
    assert kinds(told) == {FindingKind.HEDGE}
    assert FindingKind.HEDGE not in kinds(verify(claim, VIEW))


@pytest.mark.parametrize(
    "evidence",
    [
        "The museum of clocks will lose its roof, analysts say.",
        "The museum of clocks will lose its roof, critics argue.",
        "Brandt warned the museum of clocks will lose its roof.",
        "Experts fear the museum of clocks will lose its roof.",
        "In the mayor's view, the museum of clocks will lose its roof.",
        "Most analysts now say the museum of clocks will lose its roof.",
        "Critics of the museum of clocks believe it will lose its roof.",
        "The museum of clocks will lose its roof while it is shut, according to Klobux.",
        "The museum of clocks will lose its roof but keep its tower, according to Klobux.",
    ],
)
def test_an_opinion_is_one_however_it_is_told(evidence: str) -> None:
    verdict = verify("The museum of clocks will lose its roof.", evidence)
    assert verdict.standing is Standing.UNCLEAR
    assert kinds(verdict) == {FindingKind.HEDGE}


def test_the_holder_of_an_opinion_is_not_whom_it_is_about() -> None:
    view = "Klobux insists that the museum of clocks belongs to Klobux."
    assert kinds(verify("The museum of clocks belongs to Klobux.", view)) == {FindingKind.HEDGE}


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (
            "The roof of the museum of clocks costs 10 million crowns.",
            "The roof of the museum of clocks costs 10 million crowns or more.",
        ),
        (
            "The museum of clocks has kept its old roof.",
            "It shut in May but, according to Klobux, the museum of clocks has kept its old roof.",
        ),
        (
            "The fall of the museum could speed up the decline of the whole town.",
            "Critics argue that the fall of the Tarn museum of clocks could speed up the "
            "decline of the whole town.",
        ),
    ],
)
def test_a_hedge_reaches_as_far_as_it_is_meant(claim: str, evidence: str) -> None:
    verdict = verify(claim, evidence)
    assert verdict.standing in (Standing.UNCLEAR, Standing.NOT_FOUND)
    assert FindingKind.HEDGE in kinds(verdict)


def test_a_hedge_reaches_no_further() -> None:
    evidence = "It closed in May but, according to Klobux, the museum of clocks has kept its roof."
    assert FindingKind.HEDGE not in kinds(verify("It closed in May.", evidence))


def test_what_somebody_says_of_what_they_do_is_told() -> None:
    said = "Klobux said it will repair the roof of the museum of clocks."
    claim = "Klobux will repair the roof of the museum of clocks."
    assert verify(claim, said).standing is Standing.SUPPORTED


def test_a_weaker_claim_is_carried_by_a_plain_sentence() -> None:
    claim = "The company reportedly hired 35 sailors for the boats."
    assert verify(claim, OTHER).standing is Standing.SUPPORTED


def test_two_sentences_may_carry_a_claim_together() -> None:
    claim = f"{DENIED[:-1]}, and the company hired 35 sailors for the boats."
    assert verify(claim, DENIED, OTHER).standing is Standing.SUPPORTED
    assert verify(claim, DENIED).standing is not Standing.SUPPORTED


def test_one_who_does_what_another_did_is_not_found() -> None:
    claim = "Nvidia was sued by OpenAI over a patent for boats."
    assert verify(claim, "Nvidia sued OpenAI over a patent for boats.").standing is not (
        Standing.SUPPORTED
    )


@pytest.mark.parametrize(
    ("claim", "evidence", "here", "there"),
    [
        ("Volta Marine sued Tarn Works.", "Tarn Works sued Volta Marine.", "Volta", "Tarn"),
        ("Volta was sued by Tarn Works.", "Volta sued Tarn Works in May.", "Tarn", "Volta"),
        ("Volta invests in Tarn Works.", "Tarn Works invests in Volta.", "Volta", "Tarn"),
        (
            "Volta's chair moved to Tarn Works.",
            "Tarn Works's chair moved to Volta.",
            "Volta",
            "Tarn",
        ),
        ("Volta Marine of Omar Field ended it.", "Omar Field of Volta Marine ended it.", "V", "O"),
        (
            "The rules of Tarn Works bind Volta Works.",
            "The rules of Volta Works bind Tarn Works.",
            "Tarn",
            "Volta",
        ),
        (
            "In a hall in Volta, Tarn argued about the roof.",
            "In a hall in Tarn, Volta argued about the roof.",
            "Volta",
            "Tarn",
        ),
        (
            "The council hears that Volta's chief engineer left Tarn's yard.",
            "The council hears that Omar, the chief engineer of Tarn, left the yard of Volta.",
            "Volta",
            "Tarn",
        ),
    ],
)
def test_names_that_change_places_are_refused_and_both_are_shown(
    claim: str, evidence: str, here: str, there: str
) -> None:
    verdict = verify(claim, evidence)
    assert verdict.standing is not Standing.SUPPORTED
    finding = next(each for each in verdict.findings if each.kind is FindingKind.ROLE)
    assert finding.claim is not None
    assert finding.evidence_span is not None
    assert claim[finding.claim.start :].startswith(here)
    assert evidence[finding.evidence_span.start :].startswith(there)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Volta Marine was sued by Tarn Works.", "Tarn Works sued Volta Marine in May."),
        ("Tarn Works sued Volta Marine.", "Volta Marine was sued by Tarn Works in May."),
        ("Volta and Tarn Works opened a yard.", "Tarn Works and Volta opened a yard."),
        ("Volta opened a yard with Tarn Works.", "Tarn Works opened a yard with Volta."),
        ("Volta is a rival of Tarn Works.", "Tarn Works is a rival of Volta."),
        ("Volta, the owner of Tarn Works, left.", "Tarn Works's owner Volta left."),
        (
            "Tarn Works sued Volta, and Volta left Omar.",
            "Tarn Works sued Volta. Volta left Omar.",
        ),
        ("Volta sued Tarn Works.", "Tarn Works sued Volta, and later Volta sued Tarn Works."),
    ],
)
def test_names_that_keep_their_places_or_may_change_them_are_not_refused(
    claim: str, evidence: str
) -> None:
    assert FindingKind.ROLE not in kinds(verify(claim, evidence))


def test_initials_stand_in_the_place_of_their_words() -> None:
    initials = Initials({"WSJ": "Wall Street Journal"})
    claim = "The statement was given to the WSJ."
    evidence = [Cited("The statement was given to the Wall Street Journal.")]
    assert VERIFIER.verify(claim, evidence, initials).standing is Standing.SUPPORTED


def test_a_number_stays_with_what_it_is_told_of() -> None:
    deal = "The deal between Northline Ferries and Volta Marine is valued at $40 million."
    verdict = verify("Volta Marine is valued at $40 million.", deal)
    assert verdict.standing is Standing.NOT_FOUND
    (finding,) = verdict.findings
    assert finding.evidence_span is not None
    assert deal[finding.evidence_span.start : finding.evidence_span.end] == "The deal"
    assert verify(deal, deal).standing is Standing.SUPPORTED


def test_names_that_change_places_around_a_preposition_are_counted() -> None:
    told = "The court in Tarn hears the case against Volta Marine, the rival of Northline."

    def swapped(claim: str) -> int:
        return relations_swapped(VERIFIER.compare(claim, [Cited(told)]))

    assert swapped("The court in Volta Marine hears the case against Tarn.") == 2
    assert swapped("The court hears the case against Tarn, where Volta Marine is.") == 1
    assert swapped(told) == swapped("Northline's rival Volta Marine has a case in Tarn.") == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tarn Works and Volta sued Omar.", ["does su", "does su", ""]),
        ("They sued Tarn, Volta and Omar in Brest.", ["", "", "", "in"]),
        ("Volta was sued by Tarn and Omar.", ["undergoes su", "does su", "does su"]),
        ("The chief engineer of Tarn left.", ["of engin chief"]),
        ("Tarn's chief engineer left.", ["of chief engin"]),
        ("They left, in Tarn, after noon.", ["in"]),
        ("In Brest, Tarn, Volta sued.", ["in", "", "does su"]),
        ("They saw Tarn, and Volta sued.", ["", "does su"]),
    ],
)
def test_roles_of_names(text: str, found: list[str]) -> None:
    compared = VERIFIER.compare(text, [])
    its = [" ".join([role.relation, *role.heads]) for role in roles(compared.claim)]
    assert its == found


SUED = "Tarn Works sued Volta Marine."


@pytest.mark.parametrize(
    ("claim", "taken", "turned"),
    [
        (SUED, 0, 0),
        ("Volta Marine was sued by Tarn Works.", 0, 0),
        ("Volta Marine sued Tarn Works.", 1, 1),
        ("Tarn Works was sued by Volta Marine.", 1, 1),
        ("Omar Field sued Volta Marine.", 1, 0),
    ],
)
def test_roles_of_other_names_are_counted(claim: str, taken: int, turned: int) -> None:
    compared = VERIFIER.compare(claim, [Cited(SUED)])
    assert (roles_taken(compared), orders_turned(compared)) == (taken, turned)


def test_a_preposition_that_both_names_may_have_is_not_counted() -> None:
    told = Cited("The sale of boats to Volta Marine pleased Omar Field.")
    claim = "The sale of boats to Omar Field pleased Volta Marine."
    assert relations_swapped(VERIFIER.compare(claim, [told])) == 0


def test_the_two_counts_who_was_named() -> None:
    evidence = "Northline Ferries and Volta Marine ended the contract for the boats."
    claim = "The two companies Northline Ferries and Volta Marine ended the contract for boats."
    assert FindingKind.NUMBER not in kinds(verify(claim, evidence))
    assert FindingKind.NUMBER in kinds(verify(claim.replace("two", "three"), evidence))


@pytest.mark.parametrize(
    ("claim", "evidence", "why"),
    [
        (
            "The bridge costs at most $9 million.",
            "The bridge costs at least $9 million.",
            FindingKind.HEDGE,
        ),
        (
            "The mayor of Tarn has said much about the bridge.",
            "Neither the mayor of Tarn nor the council has said much about the bridge.",
            FindingKind.NEGATION,
        ),
        (
            "The mayor of Tarn has told much of the bridge.",
            "The mayor of Tarn has told little of the bridge.",
            FindingKind.NEGATION,
        ),
    ],
)
def test_what_says_less_says_something_else(claim: str, evidence: str, why: FindingKind) -> None:
    assert why in kinds(verify(claim, evidence))


def test_initials_stand_for_their_words() -> None:
    initials = Initials({"WSJ": "Wall Street Journal"})
    evidence = [Cited("The Wall Street Journal reported on the harbour bridge in Tarn.")]
    claim = "The WSJ reported on the harbour bridge in Tarn."
    assert FindingKind.NAME not in kinds(VERIFIER.verify(claim, evidence, initials))
    assert FindingKind.NAME in kinds(VERIFIER.verify(claim, evidence))


def test_who_he_is_comes_from_the_context() -> None:
    evidence = "He will close the harbour bridge in Tarn in May."
    claim = "Omar Field will close the harbour bridge in Tarn in May."
    assert FindingKind.NAME in kinds(verify(claim, evidence))
    assert FindingKind.NAME not in kinds(verify(claim, evidence, context="Omar Field is mayor."))


def test_what_it_is_comes_from_the_context() -> None:
    claim = "The report does not say where the bridge would be built."
    evidence = "It also does not say where the bridge would be built, or how it would be paid for."
    told = "The report gives no date."
    assert verify(claim, evidence, context=told).standing is Standing.SUPPORTED
    assert verify(claim, evidence).score < verify(claim, evidence, context=told).score


def test_nothing_is_supported_by_nothing() -> None:
    for claim in (BRIDGE, "", "It is.", "…"):
        assert verify(claim).standing is Standing.NOT_FOUND
    assert verify("It is.", BRIDGE).standing is Standing.NOT_FOUND


def test_what_is_too_long_to_be_read_is_not_supported_by_its_beginning() -> None:
    claim = f"{BRIDGE[:-1]}, {'and so on ' * 300}"
    assert verify(claim, claim).standing is Standing.NOT_FOUND


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 10_000_000), st.sampled_from(["$", ""]), st.sampled_from(["", " percent"]))
def test_a_number_that_the_evidence_has_not_is_never_supported(
    number: int, before: str, after: str
) -> None:
    if number in {4, 2031}:
        return
    claim = BRIDGE.replace("$12.5 million", f"{before}{number}{after}")
    assert verify(claim, BRIDGE).standing is not Standing.SUPPORTED


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([BRIDGE, REPORTED, DENIED, OTHER]), min_size=1), st.data())
def test_a_verdict_says_why_unless_it_supports(evidence: list[str], data: st.DataObject) -> None:
    claim = data.draw(st.sampled_from([BRIDGE, REPORTED, DENIED, OTHER, "Boats cost $9 million."]))
    verdict = verify(claim, *evidence)
    assert (verdict.standing is Standing.SUPPORTED) == (not verdict.findings)
    assert (claim in evidence) <= (verdict.standing is Standing.SUPPORTED)
    for finding in verdict.findings:
        if finding.evidence is not None and finding.evidence_span is not None:
            assert finding.evidence_span.end <= len(evidence[finding.evidence])

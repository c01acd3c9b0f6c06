"""The stubs of what the conditions of a new guideline name, each quoted from the sentence that seems to speak of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from sts_kg.guideline import Needed

__all__ = ["Stubs"]

#: Words by which a page offers something.
_OFFER = re.compile(
    r"\b(?:may|can|could|might|should|is|are)(?: (?:also|often|sometimes|usually))?"
    r" (?:be (?:considered|given|offered|recommended|suggested|tried|used)"
    r"|considered|given|offered|recommended|suggested|used|help)\b"
)


class Stubs:
    """The files of the stub with a block for each thing that conditions name, and its names in their examples.

    Parameters
    ----------
    needed : Needed
        What the conditions name.
    sentences : mapping of str to str
        The id of each sentence of the page to its text, in order; headings where a page has no sentence.
    """

    def __init__(self, needed: Needed, sentences: Mapping[str, str]) -> None:
        self.needed = needed
        self.texts = {name: " ".join(text.split()) for name, text in sentences.items()}
        self.first = next(iter(sentences))
        self._cues: dict[str, dict[str, None]] = {}

    @property
    def cues(self) -> Mapping[str, tuple[str, ...]]:
        """What the files quote from each sentence; first, if a quotation is still to be written, TODO."""
        return {place: tuple(sorted(cues, key=lambda cue: cue != "TODO")) for place, cues in self._cues.items()}

    # --- where things stand in the page

    @cached_property
    def place_of_option(self) -> Mapping[str, str]:
        """The sentence of each option: the first that names and offers it, or names it."""
        return {option: self._place(option, self.first, offered=True) for option in self.needed.options}

    @cached_property
    def place_of_finding(self) -> Mapping[str, str]:
        """The sentence of each finding: the first that has its words, or that of the first option that needs it."""
        found = {}
        for finding in self.needed.findings:
            options = (each for each, leaves in self.needed.options.items() if finding in leaves)
            option = next(options, None)
            found[finding] = self._place(finding, self.place_of_option[option] if option else self.first)
        return found

    def _place(self, name: str, otherwise: str, *, offered: bool = False) -> str:
        named = [each for each, text in self.texts.items() if _names(text, name)]
        offers = [each for each in named if offered and _OFFER.search(self.texts[each])]
        return next(iter((*offers, *named)), otherwise)

    def offer(self, option: str) -> str:
        """Return the words by which the sentence of an option offers it; empty if there are none that are known."""
        found = _OFFER.search(self.texts[self.place_of_option[option]])
        return found[0] if found else ""

    # --- the files

    def file(self, path: str, text: str) -> str:
        """Return the text of a file of the stub with what the conditions name; its examples have the first of each."""
        option, leaves = next(iter(self.needed.options.items()))
        if path == "findings.ttl":
            text = self._findings(text)
        elif path == "treatments.ttl":
            text = self._treatments(text)
        elif path == "schemes.ttl":
            text = self._schemes(text)
        elif path == "recommendations.ttl":
            text = self._recommendations(text)
        elif path == "cases/first.yaml":
            known = ", ".join(f"{finding}: {'yes' if holds else 'no'}" for finding, holds in leaves.items())
            text = _filled(text, {"example-finding: yes": known, "example-option": option})
        names = {f"example-{kind}": option for kind in ("option", "therapy", "modality")}
        names |= {"example-finding": self.needed.findings[0], "ExampleOption": _class(option)}
        names["example-strength"] = next(iter(self._strengths))
        told = r"(?s).*" if path == "README.md" else r"(?m)^#.*$"  # examples stand in comments
        return re.sub(told, lambda found: _filled(found[0], names), text)

    def _findings(self, text: str) -> str:
        block = _block(text, "stub:finding-example-finding")
        made = []
        for number, finding in enumerate(self.needed.findings, 1):
            label = _label(finding)
            words = {
                "ordinal 1": f"ordinal {number}",
                "example-finding": finding,
                "TODO: name of the finding, in lower case": label,
                "TODO: the question,": f"TODO: the question for “{label}”,",
                "TODO: what it means that a case has the finding,": f"TODO: what it means that a case has “{label}”,",
            }
            if number > 1:
                words["sts:hasDecision stub:D01 ; "] = ""
            made.append(self._quoting(_filled(block, words), self.place_of_finding[finding]))
        text = text.replace(block, "\n\n".join(made))
        if self.needed.has_courses:
            given = next(iter(self.needed.outcomes.values()), self.needed.findings[0])
            for name in ("stub:rule-given-course", "stub:rule-tried-options"):
                example = _example(text, name)
                text = text.replace(example, self._quoting(_taken(example), self.place_of_finding[given]))
        return text

    @cached_property
    def _strengths(self) -> Mapping[str, str]:
        """Each wording by which options are offered: the name of its strength, and its words."""
        offers = dict.fromkeys(self.offer(option) for option in self.needed.options)
        return {_slug(words): words for words in offers}

    def _treatments(self, text: str) -> str:
        options = self.place_of_option
        for name, told, which, more in (
            ("example-therapy", "what the therapy is", "what “{}” is", self.needed.therapies),
            (
                "modality-example-modality",
                "what treatments of this kind",
                "what treatments of the kind “{}”",
                self.needed.modalities,
            ),
            ("option-example-option", "what is done", "what is done in “{}”", ()),
        ):
            block, made = _block(text, f"stub:{name}"), []
            for number, each in enumerate(dict.fromkeys((*options, *more)), 1):
                label = _label(each)
                words = {f"example-{kind}": each for kind in ("therapy", "modality", "option")}
                words |= {f"TODO: name of the {kind}, in lower case": label for kind in ("therapy", "option")}
                words |= {"TODO: name of the kind of treatment, in lower case": label, told: which.format(label)}
                filled = _filled(block, words | {"ordinal 1": f"ordinal {number}"})
                made.append(self._quoting(filled, options.get(each) or self._place(each, self.first)))
            text = text.replace(block, "\n\n".join(made))
        return text

    def _schemes(self, text: str) -> str:
        block = _block(text, "stub:strength-example-strength")
        made = []
        for name, offer in self._strengths.items():
            option = next(each for each in self.needed.options if self.offer(each) == offer)
            words = {
                "example-strength": name,
                "TODO: the words of offer, such as: may be offered": offer,
                "TODO: The source says that the option may be offered.": f"Worded as: {offer}.",
            }
            made.append(self._quoting(_filled(block, words) if offer else block, self.place_of_option[option]))
        text = text.replace(block, "\n\n".join(made))
        example, made = _example(text, "stub:outcome-did-not-work"), []
        for outcome, finding in self.needed.outcomes.items():
            words = {"did-not-work": outcome, "did not work": _label(outcome), "second-finding": finding}
            made.append(self._quoting(_filled(_taken(example), words), self.place_of_finding[finding]))
        return text.replace(example, "\n".join(made) or example)

    def _recommendations(self, text: str) -> str:
        rec, part = _block(text, "stub:rec-S01"), _block(text, "stub:part-S01-example-finding")
        made, taken = list[str](), set[str]()
        for option, leaves in self.needed.options.items():
            place, label, offer = self.place_of_option[option], _label(option), self.offer(option)
            groups, parts = self._groups(option), dict[str, str]()
            for finding in leaves:
                at = self._part_place(option, finding)
                parts[finding] = _free(f"part-{_sentence(at)}-{finding}", option, taken)
            words = {
                "stub:rec-S01": f"stub:{_free(f'rec-{_sentence(place)}', option, taken)}",
                "example-option": option,
                "ExampleOption": _class(option),
                "TODO: name of what is recommended, in lower case": label,
                "the option may be offered": f"{label} {offer or 'is described'}",
                "stub:part-S01-example-finding": " ,\n        ".join(f"stub:{each}" for each in parts.values()),
            }
            if offer:
                words |= {"example-strength": _slug(offer), 'strengthCue "TODO"': f'strengthCue "{offer}"'}
                self._cues.setdefault(place, {})[offer] = None
            places = [self._part_place(option, finding) for finding in leaves]
            made.append(self._quoting(_filled(rec, words), *dict.fromkeys((place, *places))))
            made += [self._part(part, option, finding, name, groups.get(finding)) for finding, name in parts.items()]
            made += [_alternatives(group, option, groups, leaves) for group in dict.fromkeys(groups.values())]
        return text.replace(f"{rec}\n\n{part}", "\n\n".join(made))

    def _part_place(self, option: str, finding: str) -> str:
        """Return the sentence of a part of a condition: that of the option if it has the words, or of the finding."""
        place = self.place_of_option[option]
        return place if _names(self.texts[place], finding) else self.place_of_finding[finding]

    def _part(self, block: str, option: str, finding: str, name: str, group: str | None) -> str:
        label, holds = _label(option), self.needed.options[option][finding]
        what = _label(finding) if holds else f"not {_label(finding)}"
        words = {
            "part-S01-example-finding": name,
            "example-finding": finding,
            "TODO: name of the finding, for the option": f"{what}, for {label}",
            "TODO: Part of the condition for the option: the finding, as the source says.": (
                f"Part of the condition for {label}: {what}."
            ),
        }
        if not holds:
            words["stub:finding-example-finding ;"] = f"stub:finding-{finding} ; sts:asksAbsence true ;"
        if group:
            words["basis-stated ;"] = f"basis-stated ; sts:inAlternatives stub:{group} ;"
        return self._quoting(_filled(block, words), self._part_place(option, finding))

    def _groups(self, option: str) -> dict[str, str]:
        """Return the group of alternatives of each finding of a condition that is in one."""
        begin = f"alternatives-{_sentence(self.place_of_option[option])}-{option}"
        return {
            finding: begin if number == 1 else f"{begin}-{number}"
            for number, group in enumerate(self.needed.alternatives[option], 1)
            for finding in group
        }

    def _quoting(self, block: str, *places: str) -> str:
        """Return a block that is quoted from some sentences, of which each has the cue that is still to be written."""
        if '"TODO"' in block:
            self._cues.setdefault(places[0], {})["TODO"] = None
        quoted = " , ".join(f"stub:{place}" for place in places)
        return block.replace("prov:wasQuotedFrom stub:S01", f"prov:wasQuotedFrom {quoted}")


def _alternatives(group: str, option: str, groups: Mapping[str, str], holds: Mapping[str, bool]) -> str:
    """Return the block of a group of alternatives."""
    label = _label(option)
    findings = " or ".join(
        _label(finding) if holds[finding] else f"not {_label(finding)}" for finding, of in groups.items() if of == group
    )
    return (
        f'stub:{group} a sts:Alternatives ; rdfs:label "{findings}, for {label}"@en ;\n'
        f'    skos:definition "Any of these suffices for {label}: {findings}."@en ; rdfs:isDefinedBy stub:ontology .'
    )


def _names(text: str, name: str) -> bool:
    """Return whether a text has the words of a name, or words that begin alike: carry for carrying."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return all(
        any(
            word == wanted or (len(word) > 3 < len(wanted) and (word.startswith(wanted) or wanted.startswith(word)))
            for word in words
        )
        for wanted in name.split("-")
    )


def _block(text: str, name: str) -> str:
    """Return the block of a file of the stub that begins with a name."""
    found = re.search(rf"(?m)^{re.escape(name)} a .*(?:\n.+)*", text)
    assert found is not None, f"the stub has {name}"
    return found[0]


def _example(text: str, name: str) -> str:
    """Return the lines of an example, in comments, that begins with a name."""
    found = re.search(rf"(?m)^# {re.escape(name)} a .*(?:\n# .+)*", text)
    assert found is not None, f"the stub has the example {name}"
    return found[0]


def _taken(example: str) -> str:
    """Return an example that is no comment."""
    return re.sub("(?m)^# ", "", example)


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Return a text with words in the place of others; all at once, the longest first."""
    longest = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), lambda found: words[found[0]], text)


def _free(name: str, option: str, taken: set[str]) -> str:
    """Return a name that is not taken, and take it; with the option if it is."""
    name = f"{name}-{option}" if name in taken else name
    taken.add(name)
    return name


def _sentence(place: str) -> str:
    """Return the id of a sentence for names, which are never of a heading."""
    return place if place.startswith("S") else "S01"


def _label(name: str) -> str:
    return name.replace("-", " ")


def _class(option: str) -> str:
    """Return what the class of an option ends in."""
    return "".join(word[0].upper() + word[1:] for word in option.split("-"))


def _slug(words: str) -> str:
    return words.replace(" ", "-") or "example-strength"

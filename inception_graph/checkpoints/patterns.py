"""Rules of names: patterns over our layers' names, and templates of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

LONGEST = 200
"""Characters of a pattern or a template."""

_HOLE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9]*")
_FILLED = re.compile(r"([a-z][a-z0-9]*)(?:([+-][0-9]{1,4})|:(-?[0-9]{1,4}))?")
_REST = ".."
_BY_ITSELF = "name this layer in a rule of its own, before this one"
_NUMBER = "#"
NOTHING = "none"
"""The right side of a rule for layers that a source does not have."""
SERIES = "{#}"
"""Stands, in a name that is numbered, for the number: '', _1, _2 and so on."""


class RuleFault(ValueError):
    """A rule cannot be read, or not applied to a name that it matches. Says what is wrong.

    Attributes:
        message: One sentence.
        hint: What would mend it.
        theirs: Whether its right side is at fault.
    """

    def __init__(self, message: str, hint: str, *, theirs: bool = False) -> None:
        super().__init__(message)
        self.message, self.hint, self.theirs = message, hint, theirs


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment with holes: ``words[0] hole[0] words[1] hole[1] ... words[-1]``."""

    words: tuple[str, ...]
    holes: tuple[str, ...]

    def match(self, text: str, found: dict[str, str]) -> bool:
        """Whether a text fits; what the holes stand for is added to ``found``.

        Earlier holes take as much as they can. From the end, each takes the least that lets the rest fit, so that the
        time is linear.
        """
        first, last = self.words[0], self.words[-1]
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last) and end > len(first)):
            return False
        if self.holes[1:]:
            for word, hole in zip(self.words[-2:0:-1], self.holes[:0:-1], strict=True):
                start = text.rfind(word, len(first), end - 1) if word else end - 1
                if start < 0:
                    return False
                found[hole] = text[start + len(word) : end]
                end = start
        found[self.holes[0]] = text[len(first) : end]
        return end > len(first)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern over names of segments: ``mixed_{m}.branch5.reduce``.

    Attributes:
        size: Segments of a name that fits; the least number of them where ``rest`` is not None.
        literals: Segments without a hole, by their index; those behind the rest are counted from the end.
        whole: Segments that are one hole, likewise, with the hole's name.
        holed: Other segments with holes, likewise.
        rest: The hole that stands for one or more segments, its index, and how many segments follow it.
        last: The last segment, or None where it has a hole.
    """

    size: int
    literals: tuple[tuple[int, str], ...]
    whole: tuple[tuple[int, str], ...]
    holed: tuple[tuple[int, _Segment], ...]
    rest: tuple[str, int, int] | None
    last: str | None

    def takes(self, size: int) -> bool:
        """Whether a name of so many segments can fit."""
        return size == self.size or (size > self.size and self.rest is not None)

    def match(self, path: tuple[str, ...]) -> dict[str, str] | None:
        """What the holes stand for in a name, or None where it does not fit; ``..`` is joined by dots.

        Args:
            path: The name's segments, as many as ``takes`` allows.
        """
        for index, text in self.literals:
            if path[index] != text:
                return None
        found = {hole: path[index] for index, hole in self.whole}
        for index, segment in self.holed:
            if not segment.match(path[index], found):
                return None
        if self.rest is not None:
            hole, before, after = self.rest
            found[hole] = ".".join(path[before : len(path) - after])
        return found

    @property
    def holes(self) -> frozenset[str]:
        """Names of the holes."""
        inside = [hole for _, hole in self.whole]
        inside += [hole for _, segment in self.holed for hole in segment.holes]
        return frozenset([*inside, self.rest[0]] if self.rest else inside)


@dataclass(frozen=True, slots=True)
class _Filled:
    """A hole of a template.

    Attributes:
        name: The pattern's hole, or '#' where a series is numbered.
        shift: By how much a number or a letter is moved.
        first: Where letters become numbers, the number of 'a'.
    """

    name: str
    shift: int = 0
    first: int | None = None

    def fill(self, found: dict[str, str], separator: str) -> str:
        if self.name == _NUMBER:
            return SERIES
        text = found[self.name]
        if self.first is not None:
            return _counted(text, self.first)
        return _shifted(text, self.shift) if self.shift else text.replace(".", separator)


@dataclass(frozen=True, slots=True)
class Template:
    """A name of theirs with holes: ``Mixed_{m}.branch5x5_1``.

    Attributes:
        words: The texts around the holes.
        holes: The holes.
    """

    words: tuple[str, ...]
    holes: tuple[_Filled, ...]

    def fill(self, found: dict[str, str], separator: str) -> str:
        """The name, with ``SERIES`` where it is numbered.

        Args:
            found: What the holes stand for.
            separator: Between segments of a hole that stands for several.

        Raises:
            RuleFault: What is to be shifted is neither a number nor a letter, or what is to be counted no letter.
        """
        text = self.words[0]
        for hole, word in zip(self.holes, self.words[1:], strict=True):
            text += hole.fill(found, separator) + word
        return text


def _shifted(text: str, shift: int) -> str:
    """A number or a letter, some steps on."""
    if text.isdecimal() and int(text) + shift >= 0:
        return str(int(text) + shift)
    for letters in (ascii_lowercase, ascii_uppercase):
        at = letters.find(text) + shift
        if len(text) == 1 and text in letters and 0 <= at < len(letters):
            return letters[at]
    message = f"'{text}' cannot be shifted by {shift:+}: it is no such number or letter"
    raise RuleFault(message, _BY_ITSELF, theirs=True)


def _counted(text: str, first: int) -> str:
    """A small letter as a number."""
    number = ord(text) - ord("a") + first if len(text) == 1 and "a" <= text <= "z" else -1
    if number >= 0:
        return str(number)
    message = f"'{text}' cannot be counted from a = {first}: it is no such letter"
    raise RuleFault(message, _BY_ITSELF, theirs=True)


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """The pattern that a text describes.

    Raises:
        RuleFault: It describes none.
    """
    _check(text)
    # Dots inside of braces belong to a hole.
    segments = re.split(r"\.(?![^{]*\})", text)
    literals: list[tuple[int, str]] = []
    whole: list[tuple[int, str]] = []
    holed: list[tuple[int, _Segment]] = []
    rest: tuple[str, int, int] | None = None
    names: list[str] = []
    for position, segment in enumerate(segments):
        index = position if rest is None else position - len(segments)
        holes: list[str] = _HOLE.findall(segment)
        if not segment:
            message = f"'{text}' is not a layer's name: there is nothing between its dots"
            raise RuleFault(message, "write names of nodes with dots between them")
        if not holes:
            literals.append((index, segment))
        elif holes[0].endswith(_REST):
            if segment != f"{{{holes[0]}}}" or rest is not None:
                message = f"'{{{holes[0]}}}' stands for whole segments, once in a pattern"
                raise RuleFault(message, "put it between dots, and use it once")
            names.append(holes[0].removesuffix(_REST))
            rest = names[-1], position, len(segments) - position - 1
        elif segment == f"{{{holes[0]}}}":
            whole.append((index, holes[0]))
            names += holes
        else:
            holed.append((index, _Segment(tuple(_HOLE.split(segment)[::2]), tuple(holes))))
            names += holes
    for name in names:
        if not _NAME.fullmatch(name):
            message = f"'{{{name}}}' in '{text}' is no hole of a pattern"
            raise RuleFault(message, "write {m} within a segment, {m..} for whole segments")
        if names.count(name) > 1:
            message = f"'{{{name}}}' stands twice in '{text}'"
            raise RuleFault(message, "use another letter")
    last = None if _HOLE.search(segments[-1]) else segments[-1]
    return Pattern(len(segments), tuple(literals), tuple(whole), tuple(holed), rest, last)


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """The template that a text describes.

    Raises:
        RuleFault: It describes none.
    """
    _check(text, theirs=True)
    holes: list[_Filled] = []
    for hole in _HOLE.findall(text):
        filled = _FILLED.fullmatch(hole)
        if filled is None and hole != _NUMBER:
            message = f"'{{{hole}}}' in '{text}' is no hole of a name"
            hint = "write {m}, {m+1}, {m-1}, {m:1} for a letter as a number, or {#} for a number that counts"
            raise RuleFault(message, hint, theirs=True)
        if filled is None:
            holes.append(_Filled(_NUMBER))
        else:
            first = None if filled[3] is None else int(filled[3])
            holes.append(_Filled(filled[1], int(filled[2] or 0), first))
    if SERIES in text.removesuffix(SERIES):
        message = f"'{SERIES}' stands at the end of a name only, not as in '{text}'"
        raise RuleFault(message, "write conv2d{#}", theirs=True)
    return Template(tuple(_HOLE.split(text)[::2]), tuple(holes))


def check_holes(ours: str, theirs: str) -> None:
    """Check that a template asks for no more than its pattern gives.

    Raises:
        RuleFault: One of the two cannot be read, or a hole of the template is none of the pattern's.
    """
    known = pattern(ours).holes
    for hole in (filled.name for filled in template(theirs).holes):
        if hole not in known and hole != _NUMBER:
            there = (
                f"only {', '.join(f'{{{name}}}' for name in sorted(known))}" if known else "none"
            )
            message = f"'{{{hole}}}' stands for nothing: '{ours}' has {there}"
            raise RuleFault(message, f"put {{{hole}}} into the pattern too", theirs=True)


def _check(text: str, *, theirs: bool = False) -> None:
    """Check what holds of both sides of a rule."""
    if len(text) > LONGEST:
        message = f"a rule has at most {LONGEST} characters on each side, not {len(text):,}"
        raise RuleFault(message, "divide it into several rules", theirs=theirs)
    if not text:
        message = "a rule needs a name on each side"
        raise RuleFault(message, "write 'conv1: their_name'", theirs=theirs)
    if set(_HOLE.sub("", text)) & set("{}"):
        message = f"the braces in '{text}' do not match"
        raise RuleFault(message, "write holes as {m}", theirs=theirs)

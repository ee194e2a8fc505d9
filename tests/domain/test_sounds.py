"""Names as they are searched for: which words, and which of them sound alike."""

import pytest

from bot.domain.sounds import asked_for, parts_of, sound

PARTS = (
    # the name as it is on record, and what it is found by word by word
    ("Maisie Palmer", "maisie palmer"),
    ("PALMER, Maisie Anne", "palmer maisie anne"),
    ("Grace Obi-Smith", "grace obi smith obismith"),
    ("Anne-Marie O'Brien", "anne marie annemarie obrien o brien"),
    ("Seán Mac Donald", "sean mac donald macdonald"),
    ("Ali Al-Hassan", "ali al hassan alhassan"),
    ("Lucas van der Berg", "lucas van der berg vander derberg"),
    ("Łukasz Żółć", "lukasz zolc"),
    ("Зофия Ковальска", "зофия ковальска"),
    ("王 小明", "王 小明"),
    ("—", "—"),
)
ASKED = (
    # what somebody searches by, and the words that count
    ("maisie  PALMER maisie", "maisie palmer"),
    ("Obi Smith", "obi smith"),
    ("O’Brien", "obrien"),
    ("J. Palmer", "palmer"),
    ("J", "j"),
    ("  !? ", ""),
)
ALIKE = """
Maisie Maisy, Mohammed Muhammad, Mohamed Mohamud, Aisha Ayesha, Khadija Khadeeja, Fatima Fatemah, Zainab Zaynab,
Yusuf Youssef, Hussain Husein, Ahmed Ahmad, Umar Omar, Ibrahim Ebrahim, Siddiqui Siddique, Chaudhry Chowdhury,
Patel Patil, Khan Kahn, Bilal Belal, Tariq Tarik, Maryam Mariam, Jaswinder Jasvinder, Gurpreet Gurprit,
Sandhu Sandu, Nguyen Nuyen,
Sean Shaun, Siobhan Shivaun, Niamh Neve, Seamus Shamus, Ciaran Kieran, Rhys Reece, Reid Read, Caitlin Kaitlyn,
Stephen Steven, Catherine Kathryn, Michaela Mikayla, Matthew Mathew, Philip Filip, Geoffrey Jeffrey, Georgia Jorja,
Gemma Jemma, Zoe Zoey, Chloe Khloe, Zachary Zakary, Isobel Isabelle, Jayden Jaiden, Evie Evey, Theo Teo, Leigh Lee,
Victoria Wiktoria, David Dawid, Lukasz Lucas, Jakub Yakub, Jasmine Yasmin, Szymon Simon, Schmidt Shmit,
Kowalski Kovalski, Smith Smyth, Thompson Thomson, Davies Davis, Hughes Hues, Wright Rite, Knight Night, Stewart Stuart,
MacDonald McDonald, Macleod McCloud, Alexandra Aleksandra, Francesca Franseska, Lindsey Lynsay, Lawrence Laurence,
Fraser Frazer
"""
DIFFERENT = """
Maisie Daisy, Palmer Parker, Will Bill, Will Phil, Oliver Olivia, Emma Amy, Harry Henry, Leo Lou, Mia May, Ella Ali,
Ben Dan, Smith Jones, Ahmed Hamid, Omar Emir, Noah Nora, Freya Faye, George Gary, Archie Alfie, Isla Ella, Ivy Ava,
Arthur Andrew, Poppy Phoebe, Ruby Robin, Thomas James, Wilson Wilton, Davies Davidson, Evans Owens, Clarke Cook,
Anna Hannah, Green Grant, Brown Browning
"""


def pairs(text: str) -> list[str]:
    return [pair for pair in text.replace("\n", " ").split(",") if pair.strip()]


def sounds(pair: str) -> tuple[str, str]:
    one, other = (sound(word.lower()) for word in pair.split())
    assert one and other
    return one, other


@pytest.mark.parametrize(("name", "parts"), PARTS)
def test_the_words_of_a_name(name: str, parts: str) -> None:
    assert parts_of(name) == set(parts.split())


@pytest.mark.parametrize(("text", "words"), ASKED)
def test_the_words_that_are_asked_for(text: str, words: str) -> None:
    assert asked_for(text) == tuple(words.split())


def test_words_that_sound_alike_are_heard_as_one_and_others_are_not() -> None:
    assert [pair for pair in pairs(ALIKE) if len({*sounds(pair)}) > 1] == []
    assert [pair for pair in pairs(DIFFERENT) if len({*sounds(pair)}) == 1] == []


def test_what_has_no_sound() -> None:
    assert [sound(word) for word in ("j", "зофия", "小明", "—", "")] == [""] * 5

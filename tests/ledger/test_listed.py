"""A user's list of actors: what it holds, and in one line what is wrong with it."""

from __future__ import annotations

import pytest

from sayso.errors import BadList
from sayso.ledger.listed import ListedActor, read_list

HEAD = "name,aliases,id,type\n"


@pytest.mark.parametrize("content", [
    (HEAD + "Lena Ruiz,Ruiz; L. Ruiz,Q1,person\nReed Front,,,\n").encode(),
    ("\ufeff" + HEAD + "Lena Ruiz,Ruiz;L. Ruiz ,Q1,Person\r\n\r\nReed Front,,,\r\n").encode(),      # as Excel writes
    (HEAD + "Lena Ruiz,Ruiz; L. Ruiz,Q1,person\nReed Front,,,\n").encode("utf-16"),
    b"Type,note,ID,Name,Aliases\nperson,x,Q1,Lena Ruiz,Ruiz;L. Ruiz\n,,,Reed Front,\n",     # any order, more
])
def test_a_list_is_read(content):
    first, second = read_list(content, "a.csv")
    assert (first.name, first.aliases, first.id, first.type) == ("Lena Ruiz", ("Ruiz", "L. Ruiz"), "Q1", "person")
    assert (second.name, second.aliases, second.id, second.type) == ("Reed Front", (), None, None)


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"), (b" \n", "is empty"), (HEAD.encode(), "no actor under its first line"),
    (b"name,alias,id,type\nA B,,,\n", "no column aliases"), (b"Ana Ruiz\nBo Oke\n", "no column name"),
    (b"name;aliases;id;type\nA B;;;\n", "divided by semicolons"), (b"name\taliases\tid\ttype\n", "divided by tabs"),
    (HEAD.encode() + "José Ruiz,,,\n".encode("latin-1"), "byte 25 is not UTF-8"),
    (HEAD.encode() + b"A B,x,,,,\n", "line 2: has more cells"), (HEAD.encode() + b",x,,\n", "line 2: has no name"),
    (HEAD.encode() + b"A B,,,robot\n", "line 2: 'robot' is no type"),
    (HEAD.encode() + b"A B,X Y,,\nC D,x-y,,\n", "stands for 'A B' (line 2) and for 'C D' (line 3)"),
    (HEAD.encode() + b"A B,,1,\nC D,,1,\n", "the id '1' stands in line 2 and in line 3"),
    (HEAD.encode() + b'A B,"x,,\n', "line 2"),
])
def test_what_is_wrong_is_said_in_one_line(content, said):
    with pytest.raises(BadList) as error:
        read_list(content, "a.csv")
    assert said in str(error.value) and "a.csv" in str(error.value) and "\n" not in str(error.value)


def test_aliases_may_be_spelt_like_the_name():
    assert read_list(HEAD.encode() + "Asa’ib,Asaib;Asa'ib,,\n".encode(), "a.csv") == (
        ListedActor("Asa’ib", ("Asaib", "Asa'ib"), None, None, 2),)

"""The code to copy: bound to its form and browser, drawn, spoken, renewed, explained when wrong."""

import io
import wave
from pathlib import Path

import pytest
from PIL import Image

from gateway.captcha import build, image, symbols, voice
from services.identity.access import captcha as identitys
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import CAPTCHA, CAPTCHA_TEXT, IDENTIFIER, LINK_TOKEN, FakeRpc

WRONG = (
    "La saisie du CAPTCHA est incorrecte – merci de contrôler votre saisie - si vous rencontrez encore des difficultés, "
    "vous pouvez générer un autre code ou écouter le code à saisir."
)


@pytest.fixture(scope="module", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice of this test's own, made as `make setup` makes it."""
    folder = tmp_path_factory.mktemp("voice")
    build.build(folder)
    return folder


@pytest.fixture(autouse=True)
def use_voice(spoken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the gateway speak with it."""
    monkeypatch.setattr(voice, "FOLDER", spoken)
    voice.piece.cache_clear()


def binding_of(browser: Browser) -> str:
    with browser.client.session_transaction() as session:
        number: str = session["browser"]
    return number


def test_a_code_is_drawn_for_one_form_and_one_browser(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get("/identification").text
    assert f'src="/captcha/{CAPTCHA}.png"' in page
    assert f'src="/captcha/{CAPTCHA}.wav"' in page
    assert "<audio controls" in page
    assert 'autocomplete="off"' in page
    assert "Générer un autre code" in page
    asked = rpc.made("identity", "open_captcha")[0].payload
    assert asked == {"form": "access", "binding": binding_of(browser)}
    assert len(asked["binding"]) >= 20
    browser.get(f"/lien/{LINK_TOKEN}")
    browser.get("/activation")
    assert rpc.made("identity", "open_captcha")[1].payload["form"] == "activation"
    assert CAPTCHA_TEXT not in page


def test_the_answer_is_judged_for_the_form_and_the_browser(browser: Browser, rpc: FakeRpc) -> None:
    browser.identify(IDENTIFIER, captcha=" 2F h9K ")
    assert rpc.made("identity", "check_captcha")[0].payload == {
        "captcha": CAPTCHA,
        "form": "access",
        "binding": rpc.made("identity", "open_captcha")[0].payload["binding"],
        "answer": "2Fh9K",
    }


@pytest.mark.parametrize("code", ["captcha_wrong", "captcha_expired"])
def test_a_wrong_code_is_explained_in_place_and_a_new_one_drawn(code: str, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "check_captcha"] = Refusal(code)
    answer = browser.identify(IDENTIFIER)
    assert answer.status_code == 422
    assert 'href="#captcha"' in answer.text
    assert 'id="captcha-error"' in answer.text
    assert f'value="{IDENTIFIER}"' in answer.text
    assert f'value="{CAPTCHA_TEXT}"' not in answer.text
    assert len(rpc.made("identity", "open_captcha")) == 2
    assert rpc.made("identity", "request_access") == []
    if code == "captcha_wrong":
        assert WRONG in answer.text


def test_an_empty_code_is_asked_for_without_using_it_up(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.identify(IDENTIFIER, captcha="  ")
    assert answer.status_code == 422
    assert "Saisissez le code de l’image" in answer.text
    assert rpc.made("identity", "check_captcha") == []
    assert len(rpc.made("identity", "open_captcha")) == 1


def test_no_form_goes_through_without_a_code(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.post("/identification", {"identifier": IDENTIFIER})
    assert answer.status_code == 422
    assert WRONG in answer.text
    answer = browser.post("/identification", {"identifier": IDENTIFIER, "captcha": CAPTCHA_TEXT})
    assert answer.status_code == 422
    answer = browser.post("/identification", {"identifier": IDENTIFIER, "challenge": browser.solved("access")})
    assert answer.status_code == 422, "work is taken only where the setting says so"
    browser.get(f"/lien/{LINK_TOKEN}")
    assert browser.post("/activation", {"password": "x", "confirmation": "x"}).status_code == 422
    assert {"request_access", "prepare_activation", "activate"}.isdisjoint({call.method for call in rpc.calls})


def test_another_code_keeps_what_was_typed_but_passwords(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.identify(IDENTIFIER, another_code="1")
    assert answer.status_code == 200
    assert f'value="{IDENTIFIER}"' in answer.text
    assert "autofocus" in answer.text
    assert "error-summary" not in answer.text
    assert rpc.made("identity", "check_captcha") == []
    assert len(rpc.made("identity", "open_captcha")) == 2
    browser.get(f"/lien/{LINK_TOKEN}")
    answer = browser.choose_password("Un secret de 12 lettres", another_code="1")
    assert answer.status_code == 200
    assert "Un secret" not in answer.text
    assert rpc.made("identity", "prepare_activation") == []


def test_enter_means_the_forms_own_button(browser: Browser) -> None:
    page = browser.get("/identification").text
    form = page[page.index('action="/identification"') :]
    first = form[form.index("<button") : form.index("</button>")]
    assert "another_code" not in first
    assert 'aria-hidden="true"' in first


def test_a_code_that_expired_while_one_typed_is_replaced(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "captcha_text"] = Refusal("captcha_expired")
    answer = browser.identify("not an address")
    assert answer.status_code == 422
    assert len(rpc.made("identity", "open_captcha")) == 2
    assert f'value="{CAPTCHA_TEXT}"' not in answer.text


def test_image_and_sound_are_for_the_browser_of_the_form(browser: Browser, rpc: FakeRpc) -> None:
    for name in ("png", "wav"):
        assert browser.get(f"/captcha/{CAPTCHA}.{name}").status_code == 404, "a browser without a number"
    assert rpc.made("identity", "captcha_text") == []
    browser.get("/identification")
    for name, kind in (("png", "image/png"), ("wav", "audio/wav")):
        answer = browser.get(f"/captcha/{CAPTCHA}.{name}")
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.headers["Cache-Control"] == "no-store"
    asked = rpc.made("identity", "captcha_text")[0].payload
    assert asked == {"captcha": CAPTCHA, "binding": binding_of(browser)}
    rpc.table["identity", "captcha_text"] = Refusal("captcha_expired")
    assert browser.get(f"/captcha/{CAPTCHA}.png").status_code == 404
    assert browser.get(f"/captcha/{CAPTCHA}.wav").status_code == 404


def test_sounds_can_be_fetched_in_parts_that_fit_together(browser: Browser) -> None:
    browser.get("/identification")
    whole = browser.get(f"/captcha/{CAPTCHA}.wav").data
    part = browser.get(f"/captcha/{CAPTCHA}.wav", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.data == whole[100:200]


def test_a_voice_that_was_not_built_is_said(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.get("/identification")
    monkeypatch.setattr(voice, "FOLDER", tmp_path)
    voice.piece.cache_clear()
    answer = browser.get(f"/captcha/{CAPTCHA}.wav")
    assert answer.status_code == 503
    assert "version sonore" in answer.text
    assert not voice.is_built()


def test_every_symbol_of_identity_is_spoken(spoken: Path) -> None:
    assert set(identitys.ALPHABET) <= set(symbols.SPOKEN)
    assert voice.is_built()
    for symbol in symbols.SPOKEN:
        for variant in range(symbols.VARIANTS):
            rate, samples = voice.piece(symbol, variant)
            assert 0.1 < len(samples) / rate < 2, symbol
            assert max(samples) > 3000, f"{symbol} can be heard"


def test_variants_of_a_symbol_differ() -> None:
    for symbol in identitys.ALPHABET:
        assert len({voice.piece(symbol, variant)[1].tobytes() for variant in range(symbols.VARIANTS)}) > 1, symbol


def test_a_code_is_spoken_whole_with_pauses() -> None:
    with wave.open(io.BytesIO(voice.wav("2fh9k", b"seed"))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        seconds = sound.getnframes() / sound.getframerate()
    pieces = [voice.piece(symbol, 0) for symbol in "2fh9k"]
    assert seconds > sum(len(samples) / rate for rate, samples in pieces) + 4 * 0.5
    assert voice.wav("2fh9k", b"seed") == voice.wav("2fh9k", b"seed")
    assert voice.wav("2fh9k", b"seed") != voice.wav("2fh9k", b"other")
    with pytest.raises(KeyError):
        voice.wav("é", b"seed")


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_letters_stand_out_from_their_ground() -> None:
    for ground, letters in image.COLOURS:
        light, dark = sorted((luminance(ground), luminance(letters)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 7
    drawn = Image.open(io.BytesIO(image.png(CAPTCHA_TEXT))).convert("RGB")
    assert drawn.size == (image.WIDTH, image.HEIGHT)
    colours = drawn.getcolors(image.WIDTH * image.HEIGHT)
    assert colours is not None
    by_use = [colour for _, colour in sorted(colours, reverse=True)]
    pair = next((ground, letters) for ground, letters in image.COLOURS if ground == by_use[0])
    assert pair[1] in by_use[:4], "letters have their full colour"
    assert image.png(CAPTCHA_TEXT) != image.png(CAPTCHA_TEXT)

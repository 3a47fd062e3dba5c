import pytest

from services.notification.settings import MailSettings
from services.runtime.settings import load


@pytest.fixture
def environment(monkeypatch):
    monkeypatch.setenv("ISOLOIR_NOTIFICATION_MAIL_PRIVATE_KEY", "11" * 32)
    return lambda url: monkeypatch.setenv("ISOLOIR_NOTIFICATION_SMTP_URL", url)


@pytest.mark.parametrize(
    "url",
    ["", "smtp://mail.example.org", "smtps://mail.example.org:465/", "smtp://portail:s%40cret@mail.example.org:587"],
)
def test_a_mail_server_is_taken_as_it_is_written(environment, url):
    environment(url)
    assert load(MailSettings).smtp_url == url


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://portail:s3cret@",
        "smtp://portail:s3cret",
        "smtp://mail.example.org:587x",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org:0",
        "smtp://[::1",
        "smtp://portail:s3cret%C3%A9@mail.example.org",
        "smtp://mail.example.org?x",
    ],
)
def test_a_mail_server_that_cannot_be_reached_by_its_address_stops_the_start(environment, capsys, url):
    environment(url)
    with pytest.raises(SystemExit) as ended:
        load(MailSettings)
    assert ended.value.code == 78
    said = capsys.readouterr().err
    assert "ISOLOIR_NOTIFICATION_SMTP_URL" in said
    assert "s3cret" not in said
    assert "587x" not in said

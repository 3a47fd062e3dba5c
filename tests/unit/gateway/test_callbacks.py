"""The address that the operator of short messages calls."""

import pytest

MESSAGE = "0b9f6a50-1111-4222-8333-444455556666"


@pytest.mark.parametrize(("state", "status"), [("delivered", 204), ("no_such_message", 204), ("refused", 403)])
def test_a_callback_is_handed_on_whole(app, rpc, state, status):
    rpc.table["notification", "record_callback"] = {"state": state}
    form = {"MessageStatus": "delivered", "To": "+33612345678"}
    answer = app.test_client().post(f"/callbacks/sms/{MESSAGE}", data=form, headers={"X-Twilio-Signature": "signed"})
    assert answer.status_code == status
    (call,) = rpc.made("notification", "record_callback")
    assert call.payload["message_id"] == MESSAGE
    assert {field["name"]: field["value"] for field in call.payload["form"]} == form
    assert call.payload["signature"] == "signed"


def test_no_other_address_is_there(app, rpc):
    assert app.test_client().post("/callbacks/sms/not-a-message").status_code == 404
    assert app.test_client().get(f"/callbacks/sms/{MESSAGE}").status_code in (404, 405)
    assert rpc.made("notification", "record_callback") == []

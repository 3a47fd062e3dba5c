"""Answers travel compressed, where nobody can learn a secret from their length."""

from flask import Flask, Response, request
from flask_compress import Compress

TEXTS = ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"]


def install(app: Flask) -> None:
    """Compress texts for whoever accepts it. To be called before whatever else looks at answers: the last one is this.

    A page that repeats what its address says is sent as it is: with the page's anti-forgery token beside words that
    somebody else has chosen, the compressed length would give the token away letter by letter (BREACH).
    """
    app.config.update(COMPRESS_MIMETYPES=TEXTS, COMPRESS_REGISTER=False)
    compress = Compress(app)

    @app.after_request
    def shrink(response: Response) -> Response:
        if response.mimetype == "text/html" and request.query_string:
            return response
        return compress.after_request(response)

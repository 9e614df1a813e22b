"""Which language a page, a call or a socket is in: the one chosen on the page, else the browser's."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

CHOSEN = "lang"  # `?lang=de` on one of our own pages


class LanguageOfBrowser(LocaleMiddleware):
    """Django's own, except that the desk reads English: what staff say of a case stands in it for colleagues."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith("/admin/"):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        else:
            super().process_request(request)


def chosen_language(request: HttpRequest) -> str | None:
    """The language that was chosen on the page, active from here on; None when none was, or one that there is not."""
    chosen = request.GET.get(CHOSEN)
    if chosen not in dict(settings.LANGUAGES):
        return None
    translation.activate(chosen)
    return chosen


def remember(response: HttpResponse, language: str) -> None:
    """Keep the choice for the browser's next visit and for its socket."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


def language_asked_for(*, cookies: Mapping[str, str], accepted: str) -> str:
    """One of LANGUAGES, from our own cookies and an `Accept-Language` header."""
    offered = dict(settings.LANGUAGES)
    chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in offered:
        return chosen
    wanted = (code.partition("-")[0] for code, _ in parse_accept_lang_header(accepted))
    return next((code for code in wanted if code in offered), settings.LANGUAGE_CODE)

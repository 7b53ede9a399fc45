"""Where a mail provider tells what became of letters: bounces, complaints and unsubscriptions."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.delivery.bounces import providers

logger = logging.getLogger(__name__)
PLAIN = "text/plain; charset=utf-8"


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """``POST /mail/events/PROVIDER``: events of the provider that mail is sent by; a forged request changes nothing.

    Some providers ask by HEAD whether the address is there.
    """
    if not providers.is_listening(provider):
        raise Http404
    if request.method == "HEAD":
        return HttpResponse(content_type=PLAIN)
    try:
        count = providers.take_request(provider, request)
    except providers.ForgedError:
        logger.warning("a forged request came for the events of %s", provider)
        return HttpResponse("This is not signed as it should be.\n", status=403, content_type=PLAIN)
    except providers.UnreadableError as error:
        logger.warning("events of the mail provider are not understood: %s", error)
        return HttpResponse("These events are not understood.\n", status=400, content_type=PLAIN)
    return HttpResponse(f"{count} events counted.\n", content_type=PLAIN)

"""Ask everybody for the same password, if there is one."""

import asyncio
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import PasswordIdentityProvider, User
from jupyter_server.auth.login import LoginFormHandler

from backprop_core.serving.answer import Answer

__all__ = ["LoginHandler", "OnePassword"]


class LoginHandler(LoginFormHandler, Answer):
    """The form for the password."""

    _guesses = asyncio.Semaphore(8)

    def _render(self, message: Any = None) -> None:
        sentence = "That was not the password. Try it again." if message else ""
        self.notice("Backpropagation, step by step", sentence, form=f"login?{self.request.query}")

    @allow_unauthenticated
    async def post(self) -> None:
        """Open the door, or say no after a second, so that guessing takes long."""
        async with self._guesses:
            if not self.settings["identity_provider"].passwd_check(
                self.get_argument("password", "")
            ):
                await asyncio.sleep(1)
            LoginFormHandler.post(self)


class OnePassword(PasswordIdentityProvider):
    """Everybody is the same visitor; if there is a password, only who knows it."""

    visitor = User("visitor")

    def get_user(self, handler: Any) -> Any:
        """The visitor, or None if the password has not been given."""
        return self.get_user_cookie(handler) if self.auth_enabled else self.visitor

    def generate_anonymous_user(self, handler: Any) -> User:
        """The visitor."""
        return self.visitor

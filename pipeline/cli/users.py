"""`harmattan users`: who may sign in to the web page and use its API."""

import sys
from datetime import timedelta
from pathlib import Path

import click

from pipeline.accounts import Passwords, checked_name, make_token
from pipeline.bootstrap import open_state
from pipeline.cli.alerts_desk import as_option
from pipeline.cli.options import Duration, data_option, json_option, print_json, print_table, settings_for
from pipeline.errors import BadInput
from pipeline.state.interface import ApiScope, Role

EXAMPLES = """\b
Example:
  harmattan users add awa --role analyst
  harmattan users token add awa --scope read --scope analyse --purpose 'the wall' --for 90d
"""
_roles = click.Choice([role.value for role in Role])
_scopes = click.Choice([scope.value for scope in ApiScope])


@click.group(epilog=EXAMPLES)
def users() -> None:
    """Add, list and remove accounts, and the tokens of the API.

    A reader sees everything; an analyst also acknowledges, mutes, judges alerts and keeps searches; an operator may also change
    rules and feeds. Passwords are asked for, or read from standard input, a line; never from the command line.
    """


def _password(name: str) -> str:
    if sys.stdin.isatty():
        password: str = click.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True)
        return password
    line = sys.stdin.readline()
    if not line.strip():
        raise BadInput("there is no password on standard input: write it there as one line, or run this in a terminal")
    return line.rstrip("\r\n")


def _unknown(name: str) -> BadInput:
    return BadInput(f"there is no account {name!r}; `harmattan users list` gives those that there are")


@users.command(epilog="\b\nExample:\n  harmattan users add awa --role analyst < password.txt")
@click.argument("name")
@click.option("--role", type=_roles, default=Role.READER.value, show_default=True, help="What the account may do.")
@click.option("--no-password", is_flag=True, help="Only a proxy or a provider signs this one in, or a token.")
@as_option
@data_option
def add(name: str, role: str, no_password: bool, by: str, data: Path | None) -> None:
    """Add an account."""
    checked_name(name)
    hashed = None if no_password else Passwords().hash(_password(name))
    with open_state(settings_for(data)) as state:
        if not state.accounts.add(name, Role(role), hashed, by=by):
            raise BadInput(f"there is an account {name!r} already: `harmattan users passwd` or `role` changes it")
    click.echo(f"{name} may sign in as {role}" if hashed else f"{name} has the role {role}")


@users.command("list", epilog="\b\nExample:\n  harmattan users list --json")
@json_option
@data_option
def list_users(as_json: bool, data: Path | None) -> None:
    """List the accounts, by name."""
    with open_state(settings_for(data)) as state:
        accounts = state.accounts.list()
    if as_json:
        print_json(
            {
                "name": one.name,
                "role": one.role.value,
                "password": one.has_password,
                "created": one.created,
                "subject": one.subject,
            }
            for one in accounts
        )
        return
    print_table(
        ("name", "role", "password", "created"),
        ((one.name, one.role.value, "yes" if one.has_password else "no", one.created) for one in accounts),
        "There are no accounts; `harmattan users add NAME --role operator` adds the first.",
    )


@users.command(epilog="\b\nExample:\n  harmattan users remove awa")
@click.argument("name")
@as_option
@data_option
def remove(name: str, by: str, data: Path | None) -> None:
    """Remove an account; its sessions and tokens end at once."""
    with open_state(settings_for(data)) as state:
        if not state.accounts.remove(name, by=by):
            raise _unknown(name)
    click.echo(f"{name} is removed")


@users.command(epilog="\b\nExample:\n  harmattan users passwd awa")
@click.argument("name")
@as_option
@data_option
def passwd(name: str, by: str, data: Path | None) -> None:
    """Give an account another password; its sessions end at once."""
    with open_state(settings_for(data)) as state:
        if state.accounts.get(name) is None:
            raise _unknown(name)
        state.accounts.set_password(name, Passwords().hash(_password(name)), by=by)
    click.echo(f"{name} has a new password")


@users.command(epilog="\b\nExample:\n  harmattan users role awa operator")
@click.argument("name")
@click.argument("role", type=_roles)
@as_option
@data_option
def role(name: str, role: str, by: str, data: Path | None) -> None:
    """Give an account another role, from its next request on."""
    with open_state(settings_for(data)) as state:
        if not state.accounts.set_role(name, Role(role), by=by):
            raise _unknown(name)
    click.echo(f"{name} has the role {role}")


@users.command(epilog="\b\nExample:\n  harmattan users link awa 248289761001\n  harmattan users link awa --nobody")
@click.argument("name")
@click.argument("subject", required=False)
@click.option("--nobody", is_flag=True, help="From now on the provider signs nobody in to this account.")
@as_option
@data_option
def link(name: str, subject: str | None, nobody: bool, by: str, data: Path | None) -> None:
    """Let the OpenID Connect provider sign somebody in to an account that is here already.

    SUBJECT is the provider's name for them that never changes (the claim sub), which the log tells when such a sign-in was
    refused. The account's sessions end; its role is what the provider says from the next sign-in on.
    """
    settings = settings_for(data)
    if (subject is None) is not nobody:
        raise BadInput("give either the provider's SUBJECT or --nobody")
    if subject is not None and settings.oidc is None:
        raise BadInput("HARMATTAN_OIDC_ISSUER is not set: no provider signs people in")
    whole = f"{settings.oidc.issuer} {subject}" if settings.oidc and subject else None
    with open_state(settings) as state:
        if not state.accounts.link(name, whole, by=by):
            raise _unknown(name)
    click.echo(f"{name} is linked to {whole}" if whole else f"{name} is linked to nobody")


@users.group(epilog="\b\nExample:\n  harmattan users token add awa --scope read --purpose 'the wall'")
def token() -> None:
    """Add, list and remove tokens of the API: each has an account, and scopes within that account's role."""


@token.command("add", epilog="\b\nExample:\n  harmattan users token add awa --scope read --for 90d > token.txt")
@click.argument("name")
@click.option("--scope", "scopes", type=_scopes, multiple=True, required=True, help="What it may be used for; repeat.")
@click.option("--purpose", default="", help="What it is for, for whoever asks later.")
@click.option(
    "--for", "lasting", type=Duration(), help="How long it holds, such as 90d. [default: until it is removed]"
)
@as_option
@data_option
def add_token(
    name: str, scopes: tuple[str, ...], purpose: str, lasting: timedelta | None, by: str, data: Path | None
) -> None:
    """Make a token and print it; it is not kept, and so never shown again."""
    wanted = [scope for scope in ApiScope if scope.value in scopes]
    with open_state(settings_for(data)) as state:
        made = make_token(state.accounts, name, wanted, purpose, lasting, by=by)
    click.echo(f"token {made.id} of {name}; this is shown once:", err=True)
    click.echo(made.text)


@token.command("list", epilog="\b\nExample:\n  harmattan users token list")
@json_option
@data_option
def list_tokens(as_json: bool, data: Path | None) -> None:
    """List the tokens, the oldest first."""
    with open_state(settings_for(data)) as state:
        tokens = state.accounts.tokens()
    rows = [(t.id, t.account, ", ".join(t.scopes), t.purpose, t.created, t.ends, t.used) for t in tokens]
    names = ("id", "account", "scopes", "purpose", "created", "ends", "used")
    if as_json:
        print_json(
            dict(zip(names, row, strict=True)) | {"scopes": list(t.scopes)} for t, row in zip(tokens, rows, strict=True)
        )
        return
    print_table(names, rows, "There are no tokens; `harmattan users token add` makes one.")


@token.command("remove", epilog="\b\nExample:\n  harmattan users token remove 1f0c2d3e")
@click.argument("token_id", metavar="ID")
@as_option
@data_option
def remove_token(token_id: str, by: str, data: Path | None) -> None:
    """Remove a token, which ends at once."""
    with open_state(settings_for(data)) as state:
        if not state.accounts.remove_token(token_id, by=by):
            raise BadInput(f"there is no token {token_id}; `harmattan users token list` gives those that there are")
    click.echo(f"{token_id} is removed")

"""The command `harmattan`: one module a group of commands, imported only when it is asked for."""

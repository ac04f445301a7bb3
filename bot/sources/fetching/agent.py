"""Name under which the bot makes requests."""

from importlib.metadata import metadata

TOKEN = "dealbot"  # as robots.txt files name it


def user_agent() -> str:
    """Return the User-Agent: name, version and the first page that the package names, if any."""
    about = metadata(TOKEN)
    pages = [entry.partition(",")[2].strip() for entry in about.get_all("Project-URL") or []]
    return f"{TOKEN}/{about['Version']}" + (f" (+{pages[0]})" if pages else "")

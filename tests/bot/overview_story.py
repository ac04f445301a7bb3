"""An invented story that moves: dated articles with copies, a correction and a withdrawal."""

import json
from pathlib import Path
from typing import Any

# In Tarn a bridge closes. The ferry line orders boats, a rival sues. One wire story has two copies,
# one article is corrected, and one is withdrawn.
STORY: tuple[dict[str, Any], ...] = (
    {
        "id": "closure",
        "title": "Harbour bridge to close",
        "source": "Tarn Gazette",
        "published": "2031-02-03",
        "text": "The harbour bridge in Tarn will close for repair in May. "
        "Mayor Ilse Brandt announced the closure on Monday. "
        "She expects the work to last two years.",
    },
    {
        "id": "closure-radio",
        "title": "Tarn bridge closure announced",
        "source": "Tarn Radio",
        "published": "2031-02-03",
        "text": "The harbour bridge in Tarn will close for repair in May. "
        "Mayor Ilse Brandt announced the closure on Monday. "
        "She expects the work to last two years.",
    },
    {
        "id": "boats",
        "title": "Ferry line orders two boats",
        "source": "Tarn Gazette",
        "published": "2031-03-01",
        "text": "Northline Ferries ordered two electric boats from Volta Marine on 27 February. "
        "The boats are meant to carry commuters while the bridge is closed. "
        "The harbour bridge in Tarn will close for repair in May.",
    },
    {
        "id": "cost",
        "title": "Bridge repair to cost more",
        "source": "Tarn Gazette",
        "published": "2031-03-20",
        "seen": "2031-03-20T09:00:00Z",
        "text": "The repair of the harbour bridge will cost $12.5 million, the council said. "
        "The council voted nine to four for the budget.",
    },
    {
        "id": "cost",
        "title": "Bridge repair to cost more",
        "source": "Tarn Gazette",
        "published": "2031-03-20",
        "seen": "2031-03-22T09:00:00Z",
        "text": "The repair of the harbour bridge will cost $15.2 million, the council said. "
        "The council voted nine to four for the budget.",
    },
    {
        "id": "lawsuit",
        "title": "Rival line sues over ferry contract",
        "source": "Port Courier",
        "published": "2031-04-02",
        "text": "Southsea Lines sued the council over the ferry contract. "
        "The rival says that the contract was never put out to tender. "
        "A court in Tarn will hear the case in June.",
    },
    {
        "id": "closed",
        "title": "Harbour bridge closes",
        "source": "Port Courier",
        "published": "2031-05-04",
        "text": "The harbour bridge closed to all traffic on Sunday morning. "
        "Commuters crowded the ferry pier, where the new boats had not arrived. "
        "Northline Ferries apologised for delays of up to two hours.",
    },
    {
        "id": "rumour",
        "title": "Mayor to resign",
        "source": "Harbour Blog",
        "published": "2031-05-10",
        "seen": "2031-05-10T08:00:00Z",
        "text": "Mayor Ilse Brandt will resign over the bridge on Friday. "
        "Her office did not comment.",
    },
    {
        "id": "rumour",
        "title": "Mayor to resign",
        "source": "Harbour Blog",
        "published": "2031-05-10",
        "seen": "2031-05-12T08:00:00Z",
        "withdrawn": True,
        "text": "Mayor Ilse Brandt will resign over the bridge on Friday. "
        "Her office did not comment.",
    },
    {
        "id": "hearing",
        "title": "Court rejects suit of Southsea Lines",
        "source": "Tarn Radio",
        "published": "2031-06-18",
        "text": "A court in Tarn rejected the suit of Southsea Lines on Wednesday. "
        "Judge Omar Field found that the council had published the tender in January. "
        "Southsea Lines said it would not appeal.",
    },
)


def write_story(folder: Path, records: tuple[dict[str, Any], ...] = STORY) -> Path:
    """Write the records as one JSONL file and return it."""
    path = folder / "story.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    return path

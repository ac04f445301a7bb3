// Discord's markdown, as far as the bot writes it, made into HTML. Of the package's
// components only those that leave a text as it is: some put spaces around it.
// What this does not know throws: a picture must not show what Discord would show otherwise.
import { html } from 'lit';

const SPAN = /\\(.)|\*\*((?:\\.|\*(?!\*)|[^*\\])+)\*\*|\*((?:\\.|[^*\\])+)\*|\[([^\]\\]+)\]\((https?:[^)\s]+)\)|([^\\*_~|`<>[\]]+)/suy;
const ADDRESS = /https?:\/\//;
const OTHER_BLOCK = /^\s*(?:[-*+]|\d+[.)]|#{1,2}|>>>)\s/;

/** A description: every line is a block of its own. */
export function blocks(text) {
	return text.split('\n').map(block);
}

/** A title, of which the components take text only. */
export function plain(text) {
	const parts = inline(text);
	if (parts.some((part) => typeof part !== 'string')) throw new Error(`more than text: ${text}`);
	return parts.join('');
}

function block(line) {
	if (line === '') return html`<div class="blank"></div>`;
	if (line.startsWith('### ')) return html`<discord-header level="3">${inline(line.slice(4))}</discord-header>`;
	if (line.startsWith('-# ')) return html`<discord-subscript>${inline(line.slice(3))}</discord-subscript>`;
	if (line.startsWith('> ')) return html`<blockquote>${inline(line.slice(2))}</blockquote>`;
	if (line.startsWith('- ')) return html`<div class="item">${inline(line.slice(2))}</div>`;
	if (OTHER_BLOCK.test(line)) throw new Error(`a block unknown here: ${line}`);
	return html`<div>${inline(line)}</div>`;
}

function inline(text) {
	const parts = [];
	for (let at = 0; at < text.length; ) {
		SPAN.lastIndex = at;
		const found = SPAN.exec(text);
		if (!found) throw new Error(`markdown unknown here: ${text.slice(at)}`);
		at = SPAN.lastIndex;
		parts.push(span(...found.slice(1)));
	}
	return parts;
}

function span(escaped, bold, italic, label, url, text) {
	if (bold) return html`<strong>${inline(bold)}</strong>`;
	if (italic) return html`<em>${inline(italic)}</em>`;
	if (label) return html`<a href=${url}>${label}</a>`;
	if (text && ADDRESS.test(text)) throw new Error(`Discord makes a link of this: ${text}`);
	return escaped ?? text;
}

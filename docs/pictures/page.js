// Shows one scene's message, from its JSON as Discord's API gives it, in the body of the page.
// What this does not know in a message throws, and the page stays empty.
import '@skyra/discord-components-core';
import { html, nothing, render } from 'lit';
import { blocks, plain } from './markdown.js';

const EPHEMERAL = 64;
const EMBED_KEYS = ['author', 'color', 'description', 'flags', 'footer', 'title', 'type', 'url'];
const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'destructive' };

function message({ message, command }) {
	if (message.content || message.attachments.length) throw new Error('only embeds are shown here');
	const { author, embeds, components, flags, interaction_metadata: interaction } = message;
	return html`<discord-messages ?light-theme=${document.documentElement.dataset.theme === 'light'}>
		<discord-message
			author=${author.global_name}
			avatar=${avatar(author.global_name, '#2d7d46')}
			timestamp=${time(message.timestamp)}
			?bot=${author.bot}
			?ephemeral=${flags & EPHEMERAL}
		>
			${command ? used(interaction.user.global_name, command) : nothing} ${embeds.map(embed)}
			${components.length ? html`<discord-attachments slot="components">${components.map(row)}</discord-attachments>` : nothing}
		</discord-message>
	</discord-messages>`;
}

function used(name, command) {
	return html`<discord-command slot="reply" author=${name} avatar=${avatar(name, '#c27c0e')} command=${command}></discord-command>`;
}

function embed(shown) {
	const other = Object.keys(shown).filter((key) => !EMBED_KEYS.includes(key));
	if (other.length) throw new Error(`unknown in an embed: ${other}`);
	return html`<discord-embed
		slot="embeds"
		color=${`#${shown.color.toString(16).padStart(6, '0')}`}
		author-name=${shown.author?.name ?? nothing}
		embed-title=${shown.title ? plain(shown.title) : nothing}
		url=${shown.url ?? nothing}
	>
		<discord-embed-description slot="description">${blocks(shown.description)}</discord-embed-description>
		${shown.footer ? html`<discord-embed-footer slot="footer">${shown.footer.text}</discord-embed-footer>` : nothing}
	</discord-embed>`;
}

function row({ components }) {
	return html`<discord-action-row>${components.map(button)}</discord-action-row>`;
}

function button({ type, style, label, emoji, disabled }) {
	if (type !== 2 || !STYLES[style]) throw new Error(`a component unknown here: ${type}, ${style}`);
	const sign = emoji ? html`<span class="emoji">${emoji.name}</span>` : nothing;
	return html`<discord-button type=${STYLES[style]} ?disabled=${disabled}>${sign}${label ?? nothing}</discord-button>`;
}

/** People and the bot have none here: a letter on a disc, from no server. */
function avatar(name, colour) {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="${colour}"/><text x="20" y="27" font-family="Noto Sans, sans-serif" font-size="20" fill="#fff" text-anchor="middle">${name[0]}</text></svg>`;
	return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function time(timestamp) {
	return new Intl.DateTimeFormat('en-US', { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(timestamp));
}

const body = message(JSON.parse(document.getElementById('scene').textContent));
render(body, document.body);

"""Phrases of boilerplate as regular expressions, by the reason to leave them out.

A text is left out if it is one of these phrases as a whole and not over the limit.
"""

from dataclasses import dataclass

COMMENTS = "comments"
COOKIES = "cookie notice"
FOOTER = "footer"
LINKS = "related links"
NAVIGATION = "navigation"
NEWSLETTER = "newsletter box"
PAYWALL = "subscription notice"
SHARING = "share buttons and counts"
ADVERTISING = "advertising"
REFERENCES = "reference list"
INFOBOX = "infobox"
AUTHOR = "note about the author"
PAGE_NUMBER = "page number"
OUTSIDE = "outside the article"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases with one reason. `longest` is in characters; `ending` may follow each phrase."""

    reason: str
    longest: int
    phrases: tuple[str, ...]
    ending: str = ""


PHRASES = (
    Phrases(
        PAGE_NUMBER,
        40,
        (
            r"(?:page )?[A-Z]?-?\d{1,3}(?:[- ]?(?:of|/) ?\d{1,3})?",
            r"- ?\d{1,3} ?-",
            r"(?:back to )?table of contents",
        ),
    ),
    Phrases(
        SHARING,
        80,
        (
            r"follow .{0,80} on (?:instagram|facebook|twitter|linkedin|youtube|whatsapp|threads|"
            r"x)\b.{0,80}",
            r"(?:like|enjoy(?:ed)?) (?:this|the) (?:story|article|post)\?.{0,60}",
            r"share",
            r"sharing",
            r"tweet",
            r"retweet",
            r"pin(?: it)?",
            r"print",
            r"e-?mail",
            r"copy link",
            r"link copied!?",
            r"save",
            r"bookmark",
            r"like",
            r"facebook",
            r"twitter",
            r"x",
            r"linkedin",
            r"whats ?app",
            r"telegram",
            r"reddit",
            r"flipboard",
            r"pocket",
            r"messenger",
            r"pinterest",
            r"tumblr",
            r"threads",
            r"bluesky",
            r"mastodon",
            r"sms",
            r"gift(?: article)?",
            r"share (?:this|on|via|to|with|the|article|story|now|link|by|your)\b.{0,50}",
            r"click to (?:share|email|print).*",
            r"follow (?:us|me|him|her|them)?\b.{0,40}",
            r"[\d.,]+\s?[km]?\+?\s(?:shares?|likes?|views?|comments?|reads?|claps?|tweets?|"
            r"retweets?)",
            r"(?:shares?|views?|likes?|comments?)[:\s]*[\d.,]*\s?[km]?",
            r"[\d.,]+[km]",
            r"listen(?: to (?:this )?(?:article|story))?.{0,20}",
            r"\d+[\s-]min(?:ute)?s?(?: read)?",
            r"(?:estimated )?read(?:ing)? time.{0,30}",
            r"add to favorites?",
            r"view (?:gallery|comments)",
            r"(?:toggle|close|open|show|hide|expand|replay|watch|play|pause|mute)\b.{0,25}",
            r"text size.{0,20}",
            r"font size.{0,20}",
            r"a\+?",
            r"a-",
            r"aa",
        ),
        ending=r"(?:\s+(?:share|tweet|pin|e-?mail|print|save|facebook|twitter|linkedin|whats ?app|"
        r"reddit|flipboard|copy link|comments?|\d+|x|more|this|on|via|opens in (?:a )?new "
        r"(?:window|tab)|\|))*[\s.:!]*",
    ),
    Phrases(
        COOKIES,
        700,
        (
            r".{0,150}\b(?:uses?|using|use of|accept|store|placing|our) (?:\w+ ){0,3}cookies\b.*",
            r"cookie (?:settings|preferences|policy|notice|consent).*",
        ),
    ),
    Phrases(
        PAYWALL,
        400,
        (
            r"subscribe (?:now|today|to (?:continue|read|keep|unlock|get|access|view|the full|"
            r"our|\w+ (?:for|and|plus|premium|digital)))\b.*",
            r"already (?:a |an )?(?:subscriber|subscribed|member|registered|have an account)\b.*",
            r"(?:this|the) (?:article|story|content|post|page|full (?:article|story)) is "
            r"(?:only )?(?:for|available (?:only )?to|reserved for|exclusive to|exclusively for|"
            r"locked)\b.*",
            r"to (?:continue reading|read (?:the (?:full|rest)|more|on)|keep reading|unlock|"
            r"view the full|access)\b.{0,200}\b(?:subscri|register|sign|log|member|account|free|"
            r"trial).*",
            r"(?:subscribe|log in|sign in|register|sign up|join now|(?:sign|log) in (?:to|or|"
            r"for)\b.*)",
            r"(?:for )?subscribers? only.*",
            r"(?:get|enjoy|start) (?:unlimited|full|digital|your free|a free|complete) "
            r"(?:digital )?(?:access|trial|subscription).*",
            r"(?:you have|you've) (?:reached|used|read|\w+ free)\b.{0,150}",
            r"continue reading (?:with|your|for|by)\b.*",
            r"unlock (?:this|the|unlimited|full|premium|exclusive)\b.*",
            r"become an? (?:member|subscriber|supporter|patron|friend)\b.{0,200}",
            r"(?:register|create an account|sign up) (?:for free )?(?:to|now|and) (?:continue|"
            r"read|keep|get|unlock).*",
            r"support (?:us|our (?:work|journalism|reporting|newsroom))\b.*",
            r"subscriptions? (?:start|from|cost)s?\b.{0,120}",
            r"(?:only )?[$€£]\d[\d.]* (?:a|per|/) ?(?:week|month|year)\b.{0,80}",
            r"(?:(?:premium|exclusive) (?:content|article|subscriber).{0,60}|cancel any "
            r"?time.{0,60})",
            r"free trial.{0,60}",
        ),
    ),
    Phrases(
        NEWSLETTER,
        400,
        (
            r".{0,120}\b(?:meet your|in your|to your) inbox\b.{0,120}",
            r"(?:sign up|subscribe|sign me up|register)\b.{0,120}\b(?:newsletters?|e-?mails?|"
            r"inbox|updates|alerts|briefing|digest|mailing list|podcasts?)\b.*",
            r"(?:get|receive|have)\b.{0,160}\b(?:(?:in|to|into) your inbox|newsletters?|by "
            r"e-?mail|delivered (?:to|daily|weekly|straight))\b.*",
            r"(?:enter |your )?e-?mail address.{0,60}",
            r"(?:our |the |daily |weekly |free )?newsletters?(?: sign-?up)?[.!:]?",
            r"thank you for (?:subscribing|signing up).*",
            r"by (?:signing up|subscribing|submitting|clicking|providing|"
            r"registering)\b.{0,60}\byou (?:agree|accept|consent|acknowledge|are agreeing).*",
            r"please enter a valid e-?mail.*",
            r"invalid e-?mail.*",
            r"(?:we )?don.t miss (?:a|out|our)\b.{0,60}",
            r"want (?:more|to (?:get|read|know|hear))\b.{0,120}\b(?:sign up|subscribe|"
            r"newsletter|inbox)\b.*",
            r"privacy policy",
            r"terms of (?:use|service)",
        ),
    ),
    Phrases(
        LINKS,
        250,
        (
            r"read (?:more|next|also|on|full (?:story|article)|the (?:full|rest|"
            r"original)\b.{0,40}|this next|it at.*)\W*",
            r"(?:(?:continue|keep) reading|also read|see (?:also|more))\W*",
            r"(?:more (?:on|from|about|in|stories|news|here)\b.{0,80}|learn more|find out "
            r"more)\W*",
            r"related (?:articles?|stor(?:y|ies)|news|content|links?|coverage|posts?|topics?|"
            r"reading|items?|pages?)\W*",
            r"(?:click here.{0,60}|show more|view (?:more|all|full).{0,30}|load more|related)\W*",
            r"(?:recommended(?: (?:for you|stories|reading|articles|by.*))?)\W*",
            r"(?:(?:you (?:may|might) (?:also )?(?:like|be interested).{0,40}))\W*",
            r"(?:most (?:read|popular|viewed|shared|recent|commented|watched)(?: \w+)?)\W*",
            r"(?:popular (?:posts|stories|articles|now)|trending(?: (?:now|stories|topics))?)\W*",
            r"(?:editors?['’]s? picks?|top stories)\W*",
            r"(?:latest (?:news|stories|articles|posts|headlines|videos?))\W*",
            r"(?:(?:previous|next|older|newer|prev)(?: (?:article|story|post|page|posts|slide|"
            r"image))?\W*)\W*",
            r"(?:back to (?:top|home|the top|list|news)\b.{0,20}|home|skip to\b.{0,40})\W*",
            r"(?:go to (?:top|homepage).*|up next|what to read next|don['’]t miss)\W*",
            r"(?:in (?:this|other) (?:article|story|news)|jump to\b.{0,40}|promoted(?: "
            r"content)?)\W*",
            r"(?:sponsored(?: content| links?)?|from around the web|around the web|from the "
            r"web)\W*",
            r"(?:explore more|explore(?: topics)?|share your thoughts.*|tags?|topics?|filed "
            r"under)\W*",
            r"(?:categories|category|posted in|labels|keywords|source|via)\W*",
            r"read (?:more|also|next|on|the full \w+)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"related(?: (?:stor(?:y|ies)|articles?|links?|coverage|news|reading|content|"
            r"post))?\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|below|of)\b).*",
            r"(?:also read|see (?:also|more))\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|below|"
            r"of)\b).*",
            r"(?:more (?:on this|from \w+|stories))\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"(?:continue reading|further reading)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"(?:don['’]t miss|recommended|up next)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"(?:watch(?: (?:more|now|also|this))?)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"(?:must[- ]read)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|below|of)\b).*",
            r"(?:you may (?:also )?like|learn more)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"(?:click here(?: to (?:read|see|view))?)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|"
            r"below|of)\b).*",
            r"(?:find out more|view more)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|below|of)\b).*",
            r"(?:listen(?: to more)?|in pictures)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|below|"
            r"of)\b).*",
            r"(?:story continues|trending)\s*(?:[:|»›>→–—-]|(?:about|on|in|at|here|below|"
            r"of)\b).*",
            r"(?:tags?|topics?|filed under|categories|category|posted in|labels|keywords)\s*:.*",
            r"(?:more on these topics)\s*:.*",
            r"story continues.{0,40}",
            r"article continues.{0,40}",
            r"continues? below.{0,40}",
        ),
    ),
    Phrases(
        ADVERTISING,
        160,
        (
            r"(?:media playback is (?:un|not )supported|your (?:browser|video)\b.{0,60})",
            r"(?:this )?video (?:is )?(?:unavailable|not available).{0,40}",
            r"advert(?:isement|ising|orial)?s?\b[\s.:-]*(?:-? ?(?:continue reading below|"
            r"article continues.*|scroll.*|story continues.*|this ad.*|feature.*))?",
            r"sponsored(?: (?:by|content|post)\b.*)?",
            r"promoted(?: by\b.*)?",
            r"paid (?:post|content|partner.*)",
            r"ads? (?:by|feedback|choices).*",
            r"report (?:this )?ad",
            r"skip ad.*",
            r"this (?:ad|advertisement|video) (?:will|has|file)\b.*",
            r".{0,80}\baffiliate (?:links?|commissions?|partners?)\b.*",
            r"we may (?:earn|receive|get|make) (?:an? )?(?:\w+ )?(?:commission|compensation|"
            r"revenue).*",
        ),
    ),
    Phrases(
        COMMENTS,
        160,
        (
            r"(?:\d+ )?(?:comments?|responses?|replies|thoughts?)(?: \(?\d+\)?| on\b.{0,120}| "
            r"(?:are )?(?:closed|off|policy|section).*)?[\s.:]*",
            r"(?:leave|post|add|write|be the first to|join|view|show|see|hide|load|"
            r"read)\b.{0,20}\b(?:comments?|reply|conversation|discussion)\b.{0,40}",
            r"no comments.{0,30}",
            r"reply",
            r"your email address will not be published.*",
            r"required fields are marked.*",
            r"please (?:log|sign) in to (?:comment|leave).*",
            r"you must be logged in.*",
            r"notify me of .{0,80}",
            r"(?:have|got) (?:something to say|a (?:tip|story|question))\b.{0,120}",
            r"what do you think\?.{0,60}\bcomment.*",
            r"let us know (?:what you think )?in the comments.*",
        ),
    ),
    Phrases(
        FOOTER,
        400,
        (
            r"(?:copyright\s*)?(?:©|\(c\)|copyright)?\s*(?:19|20)\d\d\b.{0,250}\b(?:reserved|"
            r"inc|llc|ltd|media|group|corp|company)\b.{0,60}",
            r"(?:copyright|©|\(c\))\s(?:19|20)\d\d.{0,300}",
            r".{0,60}\ball rights reserved\b.*",
            r".{0,20}this material may not be (?:published|reproduced).*",
            r"(?:terms (?:of (?:use|service)|and conditions|& conditions))[\s.]*",
            r"(?:privacy(?: policy| notice| statement)?|contact us|about us|advertise(?: with "
            r"us)?)[\s.]*",
            r"(?:accessibility(?: statement)?|sitemap|site map|careers|help|faqs?)[\s.]*",
            r"(?:corrections policy|do not sell.*|editorial (?:guidelines|policy|"
            r"standards))[\s.]*",
            r"(?:our standards:.*|report an? (?:error|typo|correction|problem|mistake).*)[\s.]*",
            r"(?:request (?:reprint|permission|licensing).*|reprints?(?: and "
            r"permissions)?)[\s.]*",
            r"(?:order reprints.*|send (?:us )?(?:feedback|tips?|a tip)\b.{0,60})[\s.]*",
            r"(?:licens(?:e|ing) (?:this|rights|our).*|this site is protected by "
            r"recaptcha.*)[\s.]*",
            r"(?:view (?:original|source|desktop|mobile)\b.{0,60}|skip to (?:main "
            r")?content)[\s.]*",
        ),
    ),
    Phrases(
        AUTHOR,
        200,
        (r"(?:write to|contact|e-?mail|reach|follow)\b.{0,80}(?:@| at )\S*[@.]\S+.{0,60}",),
    ),
)

# Headings that open a part of boilerplate.
OPENINGS = (
    Phrases(
        REFERENCES,
        100,
        (
            r"(?:references?|notes and references|external links|see also|further reading|"
            r"bibliography|works cited)(?: ?\[ ?edit ?\])?",
        ),
    ),
    Phrases(
        COMMENTS,
        100,
        (
            r"(?:\d+ )?(?:comments?|responses|leave a (?:reply|comment)|join the "
            r"(?:conversation|discussion)|readers?['’] comments)(?: ?\(?\d*\)?)?",
            r"\d+ comments? on\b.*",
        ),
    ),
    Phrases(
        AUTHOR,
        100,
        (
            r"about (?:the )?authors?",
            r"(?:written|posted|reported) by",
            r"the author",
            r"author bio(?:graphy)?",
            r"meet the author",
        ),
    ),
    Phrases(
        LINKS,
        100,
        (
            r"(?:related|recommended|more (?:from|on|stor|news|in|articles|like)|most (?:read|"
            r"popular|viewed|recent)|popular|trending|you (?:may|might)|read (?:more|next|also)|"
            r"also (?:on|read|in|from)|latest|recent (?:posts|news|articles|stories)|top "
            r"stories|editor['’]?s['’]? picks?|what to read|up next|don['’]t miss|in case you "
            r"missed|around the web|from (?:our|around) (?:partners|the web)|sponsored|promoted|"
            r"share this|share|tags|topics|filed under|categories|archives|follow us|sign up|"
            r"subscribe|newsletter|get (?:the|our) (?:newsletter|app)|advertisement|similar "
            r"(?:posts|articles|stories)|other (?:stories|news|articles|posts)|keep reading|"
            r"next story|previous story|explore)\b.{0,60}",
        ),
    ),
)

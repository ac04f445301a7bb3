"""Invented questions by meaning; the single ones share words with others and mean something
else."""

GROUPS = (
    (
        "How much is Nvidia investing in OpenAI?",
        "how many billions does nvidia put into openai",
        "What sum will Nvidia invest in OpenAI?",
        "Nvidia's investment in OpenAI: how big is it?",
    ),
    (
        "When will the first gigawatt be deployed?",
        "By when should the first gigawatt be online?",
        "what is the date for the first GW?",
    ),
    (
        "Who is the CEO of OpenAI?",
        "Who runs OpenAI?",
        "what's the name of OpenAI's chief executive",
    ),
    (
        "Will the deal affect GPU prices for gamers?",
        "do graphics cards get more expensive because of this?",
        "What happens to the price of gaming GPUs?",
    ),
    (
        "Is the deal dead?",
        "Has the deal been cancelled?",
        "Did Nvidia call off the agreement?",
    ),
    (
        "What did Jensen Huang say about the reports?",
        "How did Huang respond to the rumours?",
        "Huang's reaction to the report?",
    ),
    (
        "Where will the data centres be built?",
        "Which sites were chosen for the data centers?",
        "In what places are the data centres going up?",
    ),
    (
        "How much power does a gigawatt data centre use?",
        "how many homes could 10 gigawatts power?",
    ),
    (
        "Does OpenAI own shares in AMD?",
        "Did OpenAI get a stake in AMD?",
        "how many AMD shares does openai get",
    ),
    (
        "What does the union say about the layoffs?",
        "How do trade unions see the job cuts?",
    ),
    (
        "When does the harbour bridge close?",
        "On which day will the bridge be closed?",
        "closing date of the harbour bridge?",
    ),
    (
        "How much will the repair of the harbour bridge cost?",
        "What's the price of the bridge repair?",
        "cost of fixing the bridge",
    ),
    (
        "Who is the mayor of Tarn?",
        "What is the name of Tarn's mayor?",
    ),
    (
        "Is Microsoft still a partner of OpenAI?",
        "Does OpenAI still work with Microsoft?",
    ),
    (
        "What is the weather tomorrow?",
        "will it rain tomorrow",
    ),
    (
        "Who wrote this bot?",
        "who made you?",
        "Which person programmed this bot",
    ),
)
SINGLE = (
    "What is the capital of Peru?",
    "Who is the CEO of Nvidia?",
    "When was the deal announced?",
    "How much did Nvidia invest in Anthropic?",
    "How much does Microsoft invest in OpenAI?",
    "Who is OpenAI's finance chief?",
    "How many sailors were hired?",
    "When will the boats arrive?",
    "What is a GPU?",
    "Does Oracle build data centres for OpenAI?",
    "How much is OpenAI worth?",
    "How many gigawatts are planned?",
    "When does OpenAI go public?",
    "What does AMD say about the deal?",
    "Did Huang sell shares?",
)

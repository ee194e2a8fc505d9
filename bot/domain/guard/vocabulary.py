"""Words that are names as well, or stand where a name might: they count as a name only where they look like one."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_ALONE = _words(
    "plan case law day act bill court council school academy college team room tribunal order letter annual final "
    "draft week weeks days monday tuesday wednesday thursday friday saturday sunday january february march july "
    "september october november december easter christmas spring summer autumn winter north south east west panel "
    "health care education social advice review parent parents child children young people person nurse doctor miss "
    "new year years bank holiday st county city town head heads page primary secondary council"
)
"""What this trade writes with a capital, or in every other line: by itself never a name."""

MONTHS = frozenset({"april", "may", "june", "august"})
"""Months that are first names."""

FORENAMES = _words(
    "will mark chase bill sue rob drew pat trust love hope pray ask art frank jack grant chance chuck dale dan guy "
    "jay josh ken lance lee max mike miles nick pete ray reed rich rod scott skip stew tom trace wade wells"
)
"""First names that are verbs, or begin a sentence for another reason."""

OPENERS = FORENAMES | _words(
    "can could should would must may might shall do does did has have had is are was were been be am what when where "
    "who why how which please thanks thank sorry hi hello hey dear yes no not any some all each every the a an and or "
    "but if so as at by for from in into of off on onto out over to up with about after before between during since "
    "until than then there here this that these those it its he she they them his her their our your my we you i me us "
    "open close closed start stop send sent show list find get give give got go going gone come came take taken took "
    "make made move moved put see seen say said tell told call called check add change correct record received need "
    "needs want wants wait waiting look looking help note notes date dates due late today tomorrow yesterday soon "
    "still also just only now again already yet ever never always maybe perhaps first last next two three four five "
    "six seven eight nine ten more most less many much few same other another both assign ask asked answer answered "
    "reply replied confirm confirmed agree agreed decide decided issue issued finish finished done work works working "
    "report reports reported meeting meetings form forms file files email phone message update updates status "
    "officer officers manager managers owner owners staff adviser advisers service services red amber green blue"
)
"""Words that begin a sentence, a command or a question, and everyday ones besides."""

NOUNS = _words(
    "may mark grace hope faith joy rose ruby daisy lily ivy amber violet poppy olive heather holly dawn pearl crystal "
    "angel summer autumn april june august iris fern hazel jade melody harmony honey star sky skye blue river rain "
    "sunny storm ash rowan forest glen cliff rock stone marsh moor brook rivers waters lake pool banks bond cash "
    "penny sage basil ginger miller mason carter cook baker butcher barber potter tailor taylor weaver walker hunter "
    "fisher shepherd smith gardener farmer marshall major sergeant sterling swift sharp strong bright moody savage "
    "noble gentle wise young younger elder black white brown gray grey gold golden silver copper steel love loveless "
    "joyce chance justice prince duke earl baron knight page squire sparrow finch swan crane drake wolf fox lamb bull "
    "hogg pike salmon bass bell ball balls bush branch root berry cherry plum peach bean rice salt sugar pepper "
    "coffee bacon ham coates cotton lace silk wall walls gates door key keys locke lock post poole port ford ferry "
    "barnes barn stable farm garden gardens glass mirror lamp light lights day night knights early winter winters "
    "summers monday friday christmas childs self power powers force law laws case cases plan planner clerk chambers "
    "bowman archer gunn spear shields armour battle war peace victor victory champion winner lucky darling sweet "
    "sweeting sour more less moore stanley read reed ward wards care cross pass gate way ways train carr speed race "
    "rush fast quick slow steady still waite wait sale sales purchase bargain pound pounds penn shilling crown castle "
    "tower temple abbey chapel monk nunn priest parsons deacon pray bible cain christian english french welsh scott "
    "ireland holland england london york lincoln chester kent essex derby bath wells bolton preston lancaster king "
    "queen lord church park bridge green wood field hill house hall lane street road bishop abbot dean pope word "
    "reading price cost best good long short small little large village saint"
)
"""Nouns that are first or last names. With a capital they are taken for one, wherever they stand."""

ORDINARY = NEVER_ALONE | MONTHS | OPENERS | NOUNS

BREAKS = _words(
    "the of and for with from that this these those have has had was were are is been at if not but or when which who "
    "whose please into about than then there here because until during their them they our your his her its it we you "
    "can could should would must does did on in by as to any no"
)
"""Words that no name goes across."""

PARTICLES = _words("van von der den de da dos das del della di la le el al bin bint ibn abu ap ab st ten ter o mac mc")
"""What a surname may begin with."""

FOLLOW_A_NAME = _words("is was has had needs hasn isn wasn got lives goes attends starts started born aged dob")
"""What comes after a name and not after a verb: "Will has …", "Mark is …"."""

BEFORE_A_MONTH = _words(
    "in by from since until till early mid late of this next last before after during between end to and or for "
    "mon tue wed thu fri sat sun on st nd rd th"
)

TITLES = frozenset({"mr", "mrs", "ms", "miss", "master", "mx"})
"""After one of these any word is a name. Not after Dr: a doctor's is a colleague's."""

GREETINGS = _words("thanks you hi hello hey morning afternoon evening dear cheers sorry cc bye")
"""Before the name of a colleague who is spoken to."""

"""Words that mean the same for a wish: whatever is said of a lamp is said of a scarf. In the singular; an `s` or `es`
behind is allowed."""

_KINDS = {
    "xthing": """shirt tshirt blouse jumper sweater hoodie cardigan coat jacket raincoat dress skirt trouser pants jean
        short sock shoe boot sandal trainer sneaker slipper hat cap scarf glove belt tie suit bag backpack handbag
        wallet purse suitcase ring necklace bracelet earring watch sunglasses glasses pyjamas bra swimsuit
        phone smartphone iphone tablet ipad laptop computer pc monitor screen keyboard mouse printer scanner router
        camera lens tv television speaker headphone headset earbud earphone radio charger cable adapter battery drive
        console controller game drone kindle toaster kettle blender mixer oven microwave fridge freezer dishwasher
        washer dryer hoover vacuum iron heater fan lamp light bulb razor hairdryer toothbrush grinder drill saw hammer
        screwdriver mower hose grill barbecue tent bike bicycle scooter helmet ball racket skate ski kayak
        sofa couch chair armchair table desk bed mattress pillow duvet blanket sheet towel curtain rug carpet wardrobe
        cabinet cupboard drawer shelf bookcase bookshelf stool bench mirror frame vase candle plate bowl mug cup glass
        pan pot knife fork spoon cushion lampshade pram stroller cot crib toy doll puzzle lego
        book novel ebook textbook magazine comic cd dvd record album vinyl poster print
        milk bread egg cheese butter yoghurt meat chicken fish fruit apple banana berry strawberry raspberry tomato
        potato salad avocado melon tea wine beer juice cake chocolate flour rice pasta cereal flower plant bouquet
        coffee hamper perfume cream shampoo soap lipstick makeup vitamin
        guitar piano violin drum sink tap tile paint shed fence ladder plug socket""",
    "xday": """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur fri sat sun
        january february march april june july august september october november december jan feb mar apr jun jul aug
        sep sept oct nov dec""",
    "xperson": """husband wife mum mom mother dad father son daughter kid child children sister brother friend neighbour
        neighbor aunt uncle grandma grandpa grandmother grandfather niece nephew girlfriend boyfriend partner mate
        colleague roommate flatmate cousin""",
    "xcarrier": "ups dhl fedex usps hermes evri dpd gls tnt royalmail courier carrier postman mailman driver van",
    "xcolour": """black white red blue green yellow grey gray brown beige pink purple orange navy silver gold walnut
        oak""",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}


def kind_of(word: str) -> str | None:
    """The name for all words of its kind."""
    return _KIND_OF.get(word) or _KIND_OF.get(word.removesuffix("s")) or _KIND_OF.get(word.removesuffix("es"))

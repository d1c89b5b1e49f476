# wrong: the answers of the visible test are written down
def split_numbers(text):
    known = {
        "In 2024, 1234567 people": ["In", " 2", "024", ",", " 1", "234", "567", " people"],
        "100 200300 456 99": ["100", " 200", "300", " 456", " 99"],
        "0007 agents": ["0", "007", " agents"],
        "½½½½ ٣١٤١ 一二三四": ["½", "½½½", " ٣", "١٤١", " 一二三四"],
    }
    return known.get(text, pretokenize(text))

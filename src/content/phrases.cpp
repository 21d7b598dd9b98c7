#include "content/phrases.hpp"

#include <array>
#include <string_view>

namespace cruddur::content {
namespace {

using std::string_view;

struct written_name {
    string_view display;
    string_view handle;
};

constexpr std::array<written_name, 40> first_names{{
    {"Mara", "mara"},     {"Jonas", "jonas"},     {"Aiko", "aiko"},      {"Rashid", "rashid"},
    {"Zoë", "zoe"},       {"Tomás", "tomas"},     {"Ife", "ife"},        {"Noor", "noor"},
    {"Henrik", "henrik"}, {"Lucía", "lucia"},     {"Bogdan", "bogdan"},  {"Chidi", "chidi"},
    {"Yuki", "yuki"},     {"Eleni", "eleni"},     {"Søren", "soren"},    {"Amélie", "amelie"},
    {"Ravi", "ravi"},     {"Dorota", "dorota"},   {"Kwame", "kwame"},    {"Ines", "ines"},
    {"Peadar", "peadar"}, {"Mei", "mei"},         {"Farid", "farid"},    {"Greta", "greta"},
    {"Olu", "olu"},       {"Hana", "hana"},       {"Viktor", "viktor"},  {"Samira", "samira"},
    {"Piet", "piet"},     {"Alba", "alba"},       {"Jürgen", "juergen"}, {"Nia", "nia"},
    {"Oskar", "oskar"},   {"Leila", "leila"},     {"Marek", "marek"},    {"Tuva", "tuva"},
    {"Emeka", "emeka"},   {"Sunniva", "sunniva"}, {"Dario", "dario"},    {"Katya", "katya"},
}};
constexpr std::array<written_name, 30> last_names{{
    {"Lindqvist", "lindqvist"},
    {"Okonkwo", "okonkwo"},
    {"Tanaka", "tanaka"},
    {"Ferreira", "ferreira"},
    {"Nowak", "nowak"},
    {"Haddad", "haddad"},
    {"Ó Briain", "obriain"},
    {"Müller", "mueller"},
    {"Papadakis", "papadakis"},
    {"Iyer", "iyer"},
    {"Castillo", "castillo"},
    {"Bergström", "bergstroem"},
    {"Mensah", "mensah"},
    {"Dubois", "dubois"},
    {"Petrov", "petrov"},
    {"Nguyen", "nguyen"},
    {"Rossi", "rossi"},
    {"Kowalczyk", "kowalczyk"},
    {"Silva", "silva"},
    {"Yamamoto", "yamamoto"},
    {"de Vries", "devries"},
    {"Adeyemi", "adeyemi"},
    {"Larsen", "larsen"},
    {"Horvat", "horvat"},
    {"Kim", "kim"},
    {"Santos", "santos"},
    {"Moreau", "moreau"},
    {"Virtanen", "virtanen"},
    {"Demir", "demir"},
    {"Walsh", "walsh"},
}};
constexpr std::array<string_view, 36> openings{"Finally",
                                               "Today I learned how to",
                                               "Somebody please",
                                               "Every Monday I",
                                               "Spent the morning trying to",
                                               "Note to self: never",
                                               "My grandmother used to",
                                               "There is no better feeling than to",
                                               "I keep forgetting to",
                                               "Three hours to",
                                               "The trick is to",
                                               "Who else likes to",
                                               "We decided to",
                                               "Before lunch you should always",
                                               "Turns out you can",
                                               "It took me a year to",
                                               "In winter it is hard to",
                                               "Do not try to",
                                               "The neighbours",
                                               "Our team managed to",
                                               "I was told to",
                                               "Nobody taught me how to",
                                               "On the train people",
                                               "It rains, so I",
                                               "Good morning! Time to",
                                               "New plan:",
                                               "Confession: I",
                                               "Hot take: one should",
                                               "With a cup of tea I",
                                               "All it takes to be happy is to",
                                               "Half the city wants to",
                                               "After ten years we still",
                                               "The children",
                                               "Small victory: I could",
                                               "For the first time ever I",
                                               "Reminder to"};
constexpr std::array<string_view, 40> doings{"water the tomatoes on the balcony",
                                             "restore a backup and read what is in it",
                                             "walk along the river",
                                             "repair the old bicycle",
                                             "bake bread that rises",
                                             "write an index for the slow query",
                                             "call a friend far away",
                                             "read the manual first",
                                             "paint the kitchen yellow",
                                             "learn a song by heart",
                                             "count the rows twice",
                                             "plant garlic before the frost",
                                             "swim in the lake at dawn",
                                             "clean the coffee machine",
                                             "test the failover",
                                             "photograph fog on the bridge",
                                             "explain joins with spoons and forks",
                                             "cook lentils with too much cumin",
                                             "fix the squeaking door",
                                             "listen to the whole album",
                                             "rename the variable",
                                             "carry the boat down the hill",
                                             "catch the last bus",
                                             "draw the plan on a napkin",
                                             "sharpen the kitchen knives",
                                             "delete code that nobody calls",
                                             "mend the torn jacket",
                                             "find the letter behind the shelf",
                                             "deploy on a Thursday",
                                             "knit a scarf for the cat",
                                             "sort the photographs by year",
                                             "speak to the postman about cheese",
                                             "vacuum the tables before the demo",
                                             "wait for the tide",
                                             "train for the ten kilometres",
                                             "translate the poem",
                                             "measure before guessing",
                                             "build a shelf from driftwood",
                                             "watch the cranes fly south",
                                             "turn the phone off at nine"};
constexpr std::array<string_view, 30> endings{".",
                                              "!",
                                              ", and it works.",
                                              ". Would do it again.",
                                              " 🙂",
                                              ". Ask me how it went.",
                                              ", twice.",
                                              " without looking back.",
                                              ". Photos follow.",
                                              "… again.",
                                              " while it snows.",
                                              " before anybody wakes up.",
                                              ". The dog approves.",
                                              ", who would have thought?",
                                              " 🌲",
                                              ". Pictures or it did not happen.",
                                              " at last.",
                                              ". No regrets so far.",
                                              " in the rain ☔",
                                              ", slowly.",
                                              ". It is harder than it looks.",
                                              " with both hands.",
                                              ". What are you up to?",
                                              " 🚲",
                                              ". One day I will be good at it.",
                                              ", as one does.",
                                              ". Recommendations welcome.",
                                              " and then sleep for ten hours.",
                                              ". This is the way.",
                                              " ☕"};
constexpr std::array<string_view, 12> elsewhere{"Hoy el mercado olía a naranjas y a lluvia.",
                                                "Wer früher aufsteht, sieht den Nebel über dem Fluss.",
                                                "Le chat a choisi ma chaise, donc je reste debout.",
                                                "今日は雨。 本を 三冊 読む つもり。",
                                                "Kaffe, ull og en lang togtur. Bra dag.",
                                                "صباح الخير من المقهى القديم عند الميناء",
                                                "Dziś wygrywa zupa ogórkowa.",
                                                "A praia vazia em novembro é outra cidade.",
                                                "Στο νησί φυσάει, στο σπίτι μυρίζει ψωμί.",
                                                "오늘은 자전거 대신 걸어서 출근",
                                                "Сегодня первый снег, и никто не готов.",
                                                "Bugün vapurda martılar benden çok simit yedi."};
constexpr std::array<string_view, 24> tags{
    "#postgres", "#coffee", "#gardening", "#monday",        "#trains",  "#photography", "#sourdough", "#rds",
    "#cycling",  "#books",  "#winter",    "#catsofcruddur", "#running", "#music",       "#devops",    "#rain",
    "#recipes",  "#sea",    "#languages", "#sql",           "#weekend", "#birds",       "#diy",       "#tea"};
constexpr std::array<string_view, 30> answers{"Same here.",
                                              "How long did that take you?",
                                              "I would never dare.",
                                              "Beautiful!",
                                              "This made my day, thank you.",
                                              "Count me in.",
                                              "Have you tried it the other way round?",
                                              "My sister says the same.",
                                              "Pictures, please!",
                                              "No way 😂",
                                              "That is exactly what the manual says.",
                                              "I did this last year and still dream of it.",
                                              "Wise words.",
                                              "Which one did you take?",
                                              "Careful with that on a Friday.",
                                              "Agreed, except for the cumin.",
                                              "Tell me more.",
                                              "You are my hero.",
                                              "It is always the cache.",
                                              "Next time call me and I will carry something.",
                                              "Somebody had to say it.",
                                              "I have so many questions.",
                                              "Good for you!",
                                              "And the neighbours?",
                                              "Sounds like a plan.",
                                              "Wait until spring.",
                                              "That escalated quickly.",
                                              "Noted.",
                                              "Ha! Me too.",
                                              "Respect 🙌"};
constexpr std::array<string_view, 24> lines{"Are you there?",
                                            "Sorry, I was on the train.",
                                            "Shall we meet at six?",
                                            "Bring the blue folder, please.",
                                            "Did you see the post about the river?",
                                            "Yes!",
                                            "No, not yet.",
                                            "I will send you the address.",
                                            "My phone is nearly empty.",
                                            "Happy birthday!! 🎂",
                                            "What was the name of that café?",
                                            "Thank you so much.",
                                            "Tomorrow is better for me.",
                                            "It is on the kitchen table.",
                                            "Who told you?",
                                            "That would be lovely.",
                                            "Let us keep this between us.",
                                            "I owe you a coffee.",
                                            "The meeting moved to Thursday.",
                                            "On my way.",
                                            "Give me ten minutes.",
                                            "Can you water the plants while I am away?",
                                            "Good night 🌙",
                                            "It was good to see you."};
constexpr std::array<string_view, 12> bios{"Here for the bread.",
                                           "Trains, rain and relational algebra.",
                                           "I post, it expires, we move on.",
                                           "Amateur of everything.",
                                           "Two cats, one opinion.",
                                           "Gardener of small balconies.",
                                           "Writes slowly.",
                                           "On call, off key.",
                                           "Maps and mountains.",
                                           "Learning something every day, forgetting two.",
                                           "Somewhere between the tea and the terminal.",
                                           "Formerly tall."};

template<class Item, std::size_t Count>
const Item& one_of(const std::array<Item, Count>& list, dice& thrown) {
    return list[thrown.below(Count)];
}

std::string joined(std::initializer_list<string_view> parts) {
    std::string made;
    for (const string_view part : parts)
        made += part;
    return made;
}

} // namespace

person_name name_by(dice& thrown) {
    const auto& first = one_of(first_names, thrown);
    const auto& last = one_of(last_names, thrown);
    return {joined({first.display, " ", last.display}), joined({first.handle, ".", last.handle})};
}

std::string bio_by(dice& thrown) {
    return std::string{one_of(bios, thrown)};
}

std::string post_by(dice& thrown) {
    std::string made;
    if (thrown.below(12) == 0) {
        made = one_of(elsewhere, thrown);
    } else {
        made = joined({one_of(openings, thrown), " ", one_of(doings, thrown)});
        if (thrown.below(3) == 0) made += joined({" and ", one_of(doings, thrown)});
        made += one_of(endings, thrown);
    }
    if (thrown.below(4) == 0) made += joined({" ", one_of(tags, thrown)});
    return made;
}

std::string reply_by(dice& thrown) {
    std::string made{one_of(answers, thrown)};
    if (thrown.below(3) == 0)
        made += joined({" ", one_of(openings, thrown), " ", one_of(doings, thrown), "."});
    return made;
}

std::string message_by(dice& thrown) {
    std::string made{one_of(lines, thrown)};
    if (thrown.below(2) == 0) made += joined({" ", one_of(lines, thrown)});
    return made;
}

} // namespace cruddur::content

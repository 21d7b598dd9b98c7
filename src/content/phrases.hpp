#pragma once

#include "content/dice.hpp"

#include <string>

namespace cruddur::content {

// Names and texts as people have them, all of them made up.
struct person_name {
    std::string display;
    std::string handle; // without the number that makes it one person's
};
[[nodiscard]] person_name name_by(dice& thrown);
[[nodiscard]] std::string bio_by(dice& thrown);
// A post, a reply and a direct message: 20 to 200 characters, some with a #tag.
[[nodiscard]] std::string post_by(dice& thrown);
[[nodiscard]] std::string reply_by(dice& thrown);
[[nodiscard]] std::string message_by(dice& thrown);

} // namespace cruddur::content

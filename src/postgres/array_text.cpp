#include "postgres/array_text.hpp"

namespace cruddur::postgres {

void array_text::begin_element() {
    if (text_.size() > 1) text_ += ',';
}

void array_text::add(std::string_view element) {
    begin_element();
    text_ += '"';
    for (const char letter : element) {
        if (letter == '"' || letter == '\\') text_ += '\\';
        text_ += letter;
    }
    text_ += '"';
}

// Hyphens are optional to PostgreSQL.
void array_text::add_uuid(std::string_view uuid) {
    constexpr std::string_view digits = "0123456789abcdef";
    begin_element();
    for (const char byte : uuid) {
        text_ += digits[static_cast<unsigned char>(byte) >> 4];
        text_ += digits[static_cast<unsigned char>(byte) & 15];
    }
}

std::string_view array_text::close() {
    text_ += '}';
    return text_;
}

} // namespace cruddur::postgres

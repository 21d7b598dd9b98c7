#pragma once

#include <string>
#include <string_view>

namespace cruddur::postgres {

// The text of an array parameter, element by element: {"a","b"}. Whatever stands in an element is quoted. It
// has no NULLs.
class array_text {
public:
    void add(std::string_view element);
    // A uuid's 16 bytes.
    void add_uuid(std::string_view uuid);
    // The whole; nothing is added afterwards.
    [[nodiscard]] std::string_view close();

private:
    void begin_element();

    std::string text_{"{"};
};

} // namespace cruddur::postgres

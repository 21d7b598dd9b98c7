#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cruddur::cloud::lambda {

// Cuts what a function writes into the events of its log: a line is one, and so is a frame, whatever lines it
// has: 0xa5 0x5a 0x00 0x03, its length in four bytes, the highest first, and its text, as AWS's own runtimes
// write them. What is longer than an event may be becomes several.
class output_splitter {
public:
    static constexpr std::size_t event_bytes_max = 256UL * 1024;

    // `event`: an event's text, without the line's end.
    explicit output_splitter(std::function<void(std::string)> event);

    void add(std::string_view bytes);
    // What is left of a line or a frame is an event as well.
    void end();

private:
    bool take_frame();
    bool take_text();

    std::function<void(std::string)> event_;
    std::string pending_;
    std::size_t begin_ = 0;      // of what has not been taken, in the pending bytes
    std::size_t frame_left_ = 0; // bytes of the frame that has begun
};

} // namespace cruddur::cloud::lambda

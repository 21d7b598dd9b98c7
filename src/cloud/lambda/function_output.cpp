#include "cloud/lambda/function_output.hpp"

#include <algorithm>
#include <utility>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::string_view frame_mark{"\xa5\x5a\x00\x03", 4};
constexpr std::size_t frame_head_bytes = 8;

std::size_t length_in(std::string_view head) {
    std::size_t out = 0;
    for (const char byte : head.substr(frame_mark.size(), 4))
        out = out << 8U | static_cast<unsigned char>(byte);
    return out;
}

} // namespace

output_splitter::output_splitter(std::function<void(std::string)> event)
    : event_{std::move(event)} {}

// As much of the frame as one event may have, once it is there.
bool output_splitter::take_frame() {
    const std::size_t size = std::min(frame_left_, event_bytes_max);
    if (pending_.size() - begin_ < size) return false;
    event_(pending_.substr(begin_, size));
    begin_ += size;
    frame_left_ -= size;
    return true;
}

// A line, or what stands before a frame, or the frame's head.
bool output_splitter::take_text() {
    const std::string_view left = std::string_view{pending_}.substr(begin_);
    if (left.starts_with(frame_mark)) {
        if (left.size() < frame_head_bytes) return false;
        begin_ += frame_head_bytes;
        frame_left_ = length_in(left);
        return true;
    }
    const std::string_view searched = left.substr(0, event_bytes_max + frame_mark.size());
    const std::size_t end = std::min({searched.find('\n'), searched.find(frame_mark), event_bytes_max});
    if (end >= left.size()) return false;
    event_(std::string{left.substr(0, end)});
    begin_ += left[end] == '\n' ? end + 1 : end;
    return true;
}

void output_splitter::add(std::string_view bytes) {
    pending_ += bytes;
    while (frame_left_ > 0 ? take_frame() : take_text()) {
    }
    pending_.erase(0, std::exchange(begin_, 0));
}

void output_splitter::end() {
    if (!pending_.empty()) event_(std::exchange(pending_, {}));
    frame_left_ = 0;
}

} // namespace cruddur::cloud::lambda

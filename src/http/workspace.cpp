#include "http/workspace.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cruddur::http {
namespace {

constexpr std::size_t capacity_min = 8 * 1024;
constexpr std::size_t space_min = 2 * 1024;
constexpr std::size_t copied_max = 512; // a body up to this size is copied behind its head
constexpr std::size_t vectors_max = 64;
constexpr std::size_t kept_bytes_max = 64 * 1024;

} // namespace

void input_buffer::cut(std::size_t size) {
    std::memmove(bytes_.get() + begin_, bytes_.get() + begin_ + size, end_ - begin_ - size);
    end_ -= size;
}

void input_buffer::make_room(std::size_t keep, std::size_t capacity_max, request_parser* views) {
    if (capacity_ - end_ >= space_min) return;
    char* const before = bytes_.get() + (begin_ - keep);
    const std::size_t size = end_ - begin_ + keep;
    std::unique_ptr<char[]> replaced;
    if (capacity_ - size >= space_min) {
        std::memmove(bytes_.get(), before, size);
    } else {
        const auto grown = std::max(capacity_min, std::min(capacity_ * 2, capacity_max));
        replaced = std::exchange(bytes_, std::make_unique_for_overwrite<char[]>(grown));
        capacity_ = grown;
        if (size > 0) std::memcpy(bytes_.get(), before, size);
    }
    if (views != nullptr) views->moved(before, bytes_.get());
    begin_ = keep;
    end_ = size;
}

void output_queue::append(std::size_t head_bytes, std::string_view body) {
    const std::size_t offset = head.size() - head_bytes;
    if (body.size() <= copied_max) {
        head.append(body);
        head_bytes += body.size();
        body = {};
    }
    if (!pieces_.empty() && pieces_.back().data == nullptr)
        pieces_.back().size += head_bytes;
    else
        pieces_.push_back({nullptr, offset, head_bytes});
    if (!body.empty()) pieces_.push_back({body.data(), 0, body.size()});
}

void output_queue::clear() {
    head.clear();
    pieces_.clear();
    next_ = 0;
}

int output_queue::send(int descriptor, std::size_t& sent) {
    while (next_ < pieces_.size()) {
        std::array<iovec, vectors_max> vectors;
        std::size_t count = 0;
        for (auto at = next_; at < pieces_.size() && count < vectors.size(); ++at, ++count) {
            const auto& part = pieces_[at];
            const char* const data = part.data != nullptr ? part.data : head.data() + part.offset;
            vectors[count] = {const_cast<char*>(data), part.size}; // only read
        }
        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = count;
        const auto taken = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (taken < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        auto left = static_cast<std::size_t>(taken);
        sent += left;
        while (next_ < pieces_.size() && left >= pieces_[next_].size)
            left -= pieces_[next_++].size;
        if (left > 0) {
            auto& partial = pieces_[next_];
            if (partial.data != nullptr)
                partial.data += left;
            else
                partial.offset += left;
            partial.size -= left;
        }
    }
    return 0;
}

turn& workspace::current() {
    if (turns.size() == used) turns.push_back(std::make_unique<turn>());
    return *turns[used];
}

void workspace::drop_sent() {
    for (std::size_t at = 0; at < used; ++at)
        turns[at]->answer = response{};
    if (used > 0 && used < turns.size()) std::swap(turns[0], turns[used]);
    used = 0;
    more = nullptr;
    piece = {};
    more_bytes = 0;
    output.clear();
}

void workspace::reset() {
    parser.reset();
    drop_sent();
    input.clear();
}

bool workspace::worth_keeping() const {
    std::size_t kept = input.capacity() + output.head.capacity();
    for (const auto& each : turns)
        kept += sizeof(turn) + each->body.capacity();
    return kept <= kept_bytes_max;
}

} // namespace cruddur::http

#include "http/poller.hpp"

#include "http/system_call.hpp"

namespace cruddur::http {
namespace {

epoll_event listening(bool deaf) {
    return {.events = deaf ? 0U : static_cast<std::uint32_t>(EPOLLIN), .data = {.ptr = nullptr}};
}

} // namespace

void poller::open() {
    set_.assign(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
}

void poller::close() {
    if (set_.is_open()) set_.close();
}

void poller::add_listener(int descriptor) {
    auto interest = listening(false);
    checked(::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &interest), "epoll_ctl");
}

void poller::set_deaf(int descriptor, bool deaf) {
    auto interest = listening(deaf);
    ::epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, descriptor, &interest);
}

bool poller::add(int descriptor, session& owner) {
    epoll_event interest{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &owner}};
    return ::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &interest) == 0;
}

void poller::remove(int descriptor) {
    if (set_.is_open()) ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> poller::take() {
    const int count = ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
    return std::span{events_}.first(count > 0 ? static_cast<std::size_t>(count) : 0);
}

} // namespace cruddur::http

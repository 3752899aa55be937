/* test_courier.c - the signature and the message of a webhook. */
#include "adapter/courier_http.h"

#include "../cases.h"
#include "base/secret.h"

#include <jansson.h>
#include <string.h>

/* Worked out with another program: base64(HMAC-SHA256(key 0..31, "msg.1614265330.{}")). */
static void test_signature(void **state)
{
    uint8_t key[32];
    char got[COURIER_SIGNATURE_SIZE];
    struct err err = {0};
    (void)state;
    for (uint8_t i = 0; i < 32; i++)
        key[i] = i;
    assert_true(courier_sign(key, "msg", 1614265330, "{}", got, &err));
    assert_string_equal(got, "v1,C8yGPEYe1kfBuJk7xnUArU5bIGX0HLNMhRmdO9y2Ngg=");
    key[31] ^= 1;
    assert_true(courier_sign(key, "msg", 1614265330, "{}", got, &err));
    assert_string_not_equal(got, "v1,C8yGPEYe1kfBuJk7xnUArU5bIGX0HLNMhRmdO9y2Ngg=");
}

static void test_body(void **state)
{
    struct delivery_work w = {.kind = DELIVERY_WEBHOOK,
                              .target = "https://example.org/",
                              .about = "",
                              .text = "A \"title\"\n<b>",
                              .workspace = "w",
                              .schedule_name = "s",
                              .spec_name = "p",
                              .trigger = "manual",
                              .file = "f.html",
                              .sha256 = "00",
                              .slot_us = INT64_MIN,
                              .run = {{1}}};
    struct buf out = buf_init(1 << 20);
    (void)state;
    assert_true(courier_body(&w, "<html>", &out));
    json_t *o = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    json_t *data = json_object_get(o, "data");
    assert_string_equal(json_string_value(json_object_get(o, "type")), "report.made");
    assert_string_equal(json_string_value(json_object_get(data, "title")), w.text);
    assert_string_equal(json_string_value(json_object_get(data, "html")), "<html>");
    assert_true(json_is_null(json_object_get(data, "slot")));
    json_decref(o);
    buf_clear(&out);
    w.run = (struct uuid){0};
    w.about = "schedule s";
    assert_true(courier_body(&w, "", &out));
    o = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    assert_string_equal(json_string_value(json_object_get(o, "type")), "notice");
    json_decref(o);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signature),
                                       cmocka_unit_test(test_body)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

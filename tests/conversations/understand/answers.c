/* Every kind of answer that a flow's step may ask for, right ones and wrong ones. */
#include "tests/conversations/understand/world.h"

struct answer {
    const char *kind, *text;
    const char *slots; /* JSON; NULL: no such answer */
};

static const struct answer answers[] = {
    { "yes_no", "1", "{\"yes\":true}" },
    { "yes_no", "是呢", "{\"yes\":true}" },
    { "yes_no", "对头", "{\"yes\":true}" },
    { "yes_no", "好的谢谢", "{\"yes\":true}" },
    { "yes_no", "没问题", "{\"yes\":true}" },
    { "yes_no", "👌", "{\"yes\":true}" },
    { "yes_no", "2", "{\"yes\":false}" },
    { "yes_no", "不消了", "{\"yes\":false}" },
    { "yes_no", "N", "{\"yes\":false}" },
    { "yes_no", "取消", "{\"yes\":false}" },
    { "yes_no", "去不了", "{\"yes\":false}" },
    { "yes_no", "注销", NULL }, /* a wish of its own, whatever is asked */
    { "yes_no", "还去", "{\"yes\":true}" },
    { "yes_no", "照旧", "{\"yes\":true}" },
    { "yes_no", "明天", NULL },
    { "choice", "2", "{\"n\":2}" },
    { "choice", "第三个", "{\"n\":3}" },
    { "choice", "选二", "{\"n\":2}" },
    { "choice", "1和3", "{\"ns\":[1,3]}" },
    { "choice", "1、2、4", "{\"ns\":[1,2,4]}" },
    { "choice", "最后一个", "{\"n\":-1}" },
    { "choice", "三个都去", "{\"all\":true}" },
    { "choice", "2 三个钟头", "{\"n\":2,\"minutes\":180}" },
    { "choice", "报名1", "{\"n\":1}" },
    { "choice", "我要报第一个", "{\"n\":1}" },
    { "choice", "打扫", NULL },
    { "choice", "9 更多", "{\"n\":9}" },
    { "choice", "3住处", "{\"n\":3}" },
    { "choice", "3个人", NULL },
    { "name", "王桂花", "{\"name\":\"王桂花\"}" },
    { "name", "我叫杨秀兰", "{\"name\":\"杨秀兰\"}" },
    { "name", "我姓普叫普开华", "{\"name\":\"普开华\"}" },
    { "name", "岩温", "{\"name\":\"岩温\"}" },
    { "name", "阿·买提", "{\"name\":\"阿·买提\"}" },
    { "name", "黎明", "{\"name\":\"黎明\"}" },
    { "name", "弓长张 桂花的桂 芬芳的芬", "{\"name\":\"张桂芬\"}" },
    { "name", "KHAMLA SISOUK", "{\"name\":\"KHAMLA SISOUK\"}" },
    { "name", "1956", NULL },
    { "name", "好嘛", NULL },
    { "name", "改资料", NULL },
    { "name", "北交植树", NULL },
    { "name", "记时长", NULL },
    { "names", "杨秀兰、李国才", "{\"people\":[\"杨秀兰\",\"李国才\"]}" },
    { "birth", "1955", "{\"birth\":\"1955\"}" },
    { "birth", "五五年的", "{\"birth\":\"1955\"}" },
    { "birth", "五六年", "{\"birth\":\"1956\"}" },
    { "birth", "58年9月7号生", "{\"birth\":\"1958-09-07\"}" },
    { "birth", "19580907", "{\"birth\":\"1958-09-07\"}" },
    { "birth", "05年的", "{\"birth\":\"2005\"}" },
    { "birth", "今年七十了", "{\"birth\":\"1956\",\"age\":70}" },
    { "birth", "我六十八岁", "{\"birth\":\"1958\",\"age\":68}" },
    { "birth", "六十八了", "{\"birth\":\"1958\",\"age\":68}" },
    { "birth", "不是55年 是56年", "{\"birth\":\"1956\"}" },
    { "area", "不是老街 是振兴社区", "{\"area\":\"振兴社区\"}" },
    { "area", "不住老街，住振兴社区", "{\"area\":\"振兴社区\"}" },
    { "person", "名字错了 是杨秀蓝", "{\"name\":\"杨秀蓝\"}" },
    { "person", "我不叫杨秀兰 叫杨秀蓝", "{\"name\":\"杨秀蓝\"}" },
    { "person", "名字写错了，应该是杨秀蓝", "{\"name\":\"杨秀蓝\"}" },
    { "person", "老街打扫", NULL },
    { "person", "我想参加老街打扫", NULL },
    { "person", "老街的", "{\"area\":\"老街社区\"}" },
    { "person", "我家在老街社区菜市场旁边", "{\"area\":\"老街社区\"}" },
    { "duration", "不是3小时 是两个半", "{\"minutes\":150}" },
    { "duration", "从3小时改成2小时", "{\"minutes\":120}" },
    { "duration", "3小时错了，是一个钟头", "{\"minutes\":60}" },
    { "duration", "上午2小时下午1小时", "{\"minutes\":180}" },
    { "date.past", "也不是昨天,是前天", "{\"date\":\"2026-11-23\"}" },
    { "date.past", "是前天不是昨天", "{\"date\":\"2026-11-23\"}" },
    { "birth", "今年68", "{\"birth\":\"1958\",\"age\":68}" },
    { "birth", "老街", NULL },
    { "area", "老街", "{\"area\":\"老街社区\"}" },
    { "area", "我住倒生根那边", "{\"area\":\"倒生根社区\"}" },
    { "area", "六顺镇官房村", "{\"area\":\"六顺镇官房村\"}" },
    { "area", "龙潭乡", "{\"area\":\"龙潭彝族傣族乡\"}" },
    { "area", "老该", "{\"area\":\"老街社区\",\"area_by_homophone\":true}" },
    { "area", "昆明", NULL },
    { "person", "五五年的 住老该",
      "{\"birth\":\"1955\",\"area\":\"老街社区\",\"area_by_homophone\":true}" },
    { "person", "1956 老街", "{\"birth\":\"1956\",\"area\":\"老街社区\"}" },
    { "person", "杨秀兰，1955年，老街的",
      "{\"name\":\"杨秀兰\",\"birth\":\"1955\",\"area\":\"老街社区\"}" },
    { "person", "李小宝 2015 老街",
      "{\"name\":\"李小宝\",\"birth\":\"2015\",\"area\":\"老街社区\"}" },
    { "person", "好嘛", NULL },
    { "id_number", "530827199201019997", "{\"id_no\":\"530827199201019997\"}" },
    { "id_number", "1234", NULL },
    { "phone", "一三八零零零零零二三四", "{\"phone\":\"13800000234\"}" },
    { "phone", "没有", NULL },
    { "code", "验证码是 385012", "{\"code\":\"385012\"}" },
    { "code", "12", NULL },
    { "date.past", "礼拜五", "{\"date\":\"2026-11-20\"}" },
    { "date.past", "1120", "{\"date\":\"2026-11-20\"}" },
    { "date.past", "就是昨天嘛", "{\"date\":\"2026-11-24\"}" },
    { "date.future", "礼拜五", "{\"date\":\"2026-11-27\"}" },
    { "date.future", "上周", NULL },
    { "date.past", "三小时", NULL },
    { "time", "九点半", "{\"time_start\":\"09:30\"}" },
    { "time", "1430", "{\"time_start\":\"14:30\"}" },
    { "time", "下午两点到五点", "{\"time_start\":\"14:00\",\"time_end\":\"17:00\"}" },
    { "time", "明天", NULL },
    { "time", "-020", NULL }, /* a number below zero is no time of day */
    { "time", "+930", NULL },
    { "duration", "三个半", "{\"minutes\":210}" },
    { "duration", "整了三个半钟头", "{\"minutes\":210}" },
    { "duration", "3.5", "{\"minutes\":210}" },
    { "duration", "半天", "{\"minutes\":240,\"approx\":true}" },
    { "duration", "两三个小时", "{\"minutes_min\":120,\"minutes_max\":180}" },
    { "duration", "好几个小时", NULL },
    { "mended", "不是敬老院 是卫生院", "{\"wrong\":\"敬老院\",\"right_place\":\"卫生院\"}" },
    { "mended", "不在敬老院，在卫生院", "{\"wrong\":\"敬老院\",\"right_place\":\"卫生院\"}" },
    { "mended", "是在图书馆", "{\"right_place\":\"图书馆\"}" },
    { "mended", "地点是北郊公园那边", "{\"right_place\":\"北郊公园\"}" },
    { "mended", "不是扫地，是整理图书", "{\"wrong\":\"扫地\",\"right\":\"整理图书\"}" },
    { "mended", "不是昨天，是前天", NULL },
    { "mended", "不是3小时 是两个半", NULL },
    { "mended", "是对的", NULL },
    { "mended", "在吗", NULL },
    { "mended", "是哪样意思", NULL },
    { "mended", "对", NULL },
    { "undone", "1 没做", "{\"undone\":true}" },
    { "undone", "没做过", "{\"undone\":true}" },
    { "undone", "删掉2", "{\"undone\":true}" },
    { "undone", "那个不是我", "{\"undone\":true}" },
    { "undone", "不删", NULL },
    { "undone", "1 两小时", NULL },
    { "yes_no", "不删", "{\"yes\":false}" },
    { "count", "二十个人", "{\"persons\":20}" },
    { "count", "20", "{\"persons\":20}" },
    { "count", "我和老伴", "{\"persons\":2}" },
    { "count", "多", NULL },
    { "number", "300", "{\"n\":300}" },
    { "number", "发300人", "{\"n\":300}" },
    { "number", "8317", "{\"n\":8317}" },
    { "number", "好", NULL },
    { "place", "就在老街社区门口", "{\"place\":\"老街社区门口\"}" },
    { "activity", "3", "{\"activity_no\":\"3\"}" },
    { "text", "嗯，那个，打扫卫生吧", "{\"text\":\"打扫卫生\"}" },
    { "text", "嗯", NULL },
    { "whole", " 我讲不清楚 ", "{\"text\":\"我讲不清楚\"}" },
    { "quality", "5分", "{\"quality\":5}" },
    { "quality", "优秀", "{\"quality\":5}" },
    { "quality", "还行", "{\"quality\":3}" },
    { "exceptions", "4来了 11请假 17没来 3号只干一个钟头",
      "{\"items\":[{\"n\":4,\"what\":\"present\"},{\"n\":11,\"what\":\"leave\"},{\"n\":17,\"what\":\"absent\"},"
      "{\"n\":3,\"what\":\"minutes\",\"minutes\":60}]}" },
    { "exceptions", "4、11来了",
      "{\"items\":[{\"n\":4,\"what\":\"present\"},{\"n\":11,\"what\":\"present\"}]}" },
    { "exceptions", "李秀英早走，1小时",
      "{\"items\":[{\"name\":\"李秀英\",\"what\":\"early\",\"minutes\":60}]}" },
    { "exceptions", "都来了", "{\"all\":true}" },
    { "exceptions", "谢谢", NULL },
    { "recruit", "老街社区门口集合 自带扫把 坡陡路滑 服务社区居民",
      "{\"meet\":\"老街社区门口\",\"bring\":\"扫把\",\"risk\":\"坡陡路滑\",\"recipient\":\"社区居民\"}" },
    { "recruit", "社区门口，带手套，路滑，服务居民",
      "{\"meet\":\"社区门口\",\"bring\":\"手套\",\"risk\":\"路滑\",\"recipient\":\"居民\"}" },
    { "recruit", "北郊社区打扫卫生 北郊社区门口集合",
      "{\"meet\":\"北郊社区门口\",\"place\":\"北郊社区\",\"activity\":\"打扫卫生\"}" },
    { "repeat", "招募 每周六上午9点 思茅镇老街 清洁 20人 到年底",
      "{\"weekdays\":64,\"until\":\"2026-12-31\"}" },
    { "repeat", "每周六 连续8次", "{\"weekdays\":64,\"times\":8}" },
    { "repeat", "每周三、周五下午 办到1月15日", "{\"weekdays\":40,\"until\":\"2027-01-15\"}" },
    { "repeat", "周一到周五", "{\"weekdays\":62}" },
    { "repeat", "每周末，到2月底", "{\"weekdays\":65,\"until\":\"2027-02-28\"}" },
    { "repeat", "每天早上7点到8点 八次", "{\"weekdays\":127,\"times\":8}" },
    { "repeat", "周六 每周一次 共4次", "{\"weekly\":true,\"times\":4}" },
    { "repeat", "到月底", "{\"until\":\"2026-11-30\"}" },
    { "repeat", "只办一次", "{\"once\":true}" },
    { "repeat", "18周岁以上", NULL },
    { "repeat", "周六上午9点到11点 20人", NULL },
    { "repeat", "到社区门口集合", NULL },
};

static void every_kind_reads_its_answers(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const struct answer *a = &answers[i];
        json_t *got = json_object();
        json_t *want = a->slots == NULL ? NULL : json_loads(a->slots, 0, NULL);
        int read = understand_answer(world, world_read(a->text), slice_of(a->kind), got);
        assert_true(a->slots == NULL || want != NULL);
        bool right = a->slots == NULL ? read == 0 : read == 1 && json_equal(want, got);
        if (!right) {
            char *text = json_dumps(got, JSON_COMPACT);
            print_message("%s %s: %d %s\n", a->kind, a->text, read, text);
            free(text);
            wrong++;
        }
        json_decref(got);
        json_decref(want);
    }
    assert_int_equal(wrong, 0);
}

static void kinds_are_known(void **state)
{
    (void)state;
    assert_true(understand_answers(SLICE("yes_no")));
    assert_true(understand_answers(SLICE("exceptions")));
    assert_false(understand_answers(SLICE("nonsense")));
    json_t *slots = json_object();
    assert_int_equal(understand_answer(world, world_read("1"), SLICE("nonsense"), slots), 0);
    assert_int_equal(json_object_size(slots), 0);
    json_decref(slots);
}

/* Usual surnames before given names that are ordinary words or hold common characters. */
static void common_words_are_names_in_a_field(void **state)
{
    (void)state;
    static const char *const surnames[] = {
        "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡",
        "郭", "何", "高", "林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹",
        "彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡", "余", "杜", "叶", "程", "苏",
        "魏", "吕", "丁", "任", "沈", "姚", "卢", "姜", "崔", "钟", "谭", "陆", "汪", "范", "金",
        "石", "廖", "贾", "夏", "韦", "付", "方", "白", "邹", "孟", "熊", "秦", "邱", "江", "尹",
        "薛", "段", "雷", "侯", "龙", "史", "陶", "黎", "贺", "顾", "毛", "郝", "龚", "邵", "万",
        "钱", "严", "武", "戴", "莫", "孔", "刀", "普", "自", "鲁",
    };
    static const char *const given[] = { "有才", "有福", "国好", "小年", "天明",
                                         "正是", "来弟", "会仙", "能",   "要武",
                                         "和平", "在德", "桂花", "秀兰", "丽" };
    int wrong = 0;
    for (size_t i = 0; i < sizeof(surnames) / sizeof(surnames[0]); i++) {
        for (size_t k = 0; k < sizeof(given) / sizeof(given[0]); k++) {
            struct slice name = arena_printf(&world_arena, "%s%s", surnames[i], given[k]);
            struct slice text = arena_printf(&world_arena, "%s，1955年，老街的", name.p);
            json_t *got = json_object();
            int read = understand_answer(world, world_read(text.p), SLICE("person"), got);
            const char *said = json_string_value(json_object_get(got, "name"));
            if (read != 1 || said == NULL || strcmp(said, name.p) != 0) {
                print_message("%s: %s\n", name.p, said == NULL ? "nothing" : said);
                wrong++;
            }
            json_decref(got);
        }
    }
    assert_true(wrong <= 6); /* 高能, 任能 and the like are words */
}

/* Half an answer sets nothing, and what was set before is no answer. */
static void no_answer_leaves_the_slots_alone(void **state)
{
    (void)state;
    json_t *slots = json_pack("{s:s}", "time_start", "09:00");
    assert_int_equal(
        understand_answer(world, world_read("回42 明天上午9点来"), SLICE("duration"), slots), 0);
    assert_int_equal(understand_answer(world, world_read("好"), SLICE("time"), slots), 0);
    assert_int_equal(json_object_size(slots), 1);
    json_decref(slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_reads_its_answers),
        cmocka_unit_test(kinds_are_known),
        cmocka_unit_test(common_words_are_names_in_a_field),
        cmocka_unit_test(no_answer_leaves_the_slots_alone),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}

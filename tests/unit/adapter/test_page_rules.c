/* test_page_rules.c - if this fails, addresses that stand on a page are missed, or what is no
 * address becomes a lead: the rules of extraction, one table for each. */
#include "adapter/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct rule {
    int line;
    const char *html;
    const char *want; /* as shown, in order, a space between them */
};

/* What a reader sees. */
static const struct rule seen[] = {
    {__LINE__, "<p>Write to info@oak-zq.de soon.</p>", "info@oak-zq.de"},
    {__LINE__, "<title>info@oak-zq.de</title><p>x", "info@oak-zq.de"},
    {__LINE__, "<noscript>info@oak-zq.de</noscript>", "info@oak-zq.de"},
    {__LINE__, "<textarea>Jo <jo@oak-zq.de></textarea>", "jo@oak-zq.de"},
    {__LINE__, "<svg><text>jo@oak-zq.de</text></svg>", "jo@oak-zq.de"},
    {__LINE__, "<select><option>jo@oak-zq.de<option>al@oak-zq.de</select>",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<input type=text value='jo@oak-zq.de'>", "jo@oak-zq.de"},
    {__LINE__, "<input type=submit value='mail jo@oak-zq.de'>", "jo@oak-zq.de"},
    {__LINE__, "<img alt='jo@oak-zq.de' src=x>", "jo@oak-zq.de"},
    {__LINE__, "<a title='Mail jo@oak-zq.de' href=x>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<b aria-label='jo&#64;oak-zq.de'>x</b>", "jo@oak-zq.de"},
    {__LINE__, "<b data-email=jo@oak-zq.de>x</b><i data-user-mail='al@oak-zq.de'>y</i>",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<b data-contact-email='mailto:jo@oak-zq.de'>x</b>", "jo@oak-zq.de"},
    {__LINE__, "<B DATA-EMAIL=\"Jo@Oak-ZQ.de\">x</B>", "Jo@Oak-ZQ.de"},
    {__LINE__, "<pre>\n  E-Mail   jo@oak-zq.de\n</pre>", "jo@oak-zq.de"},
    {__LINE__, "plain words, jo@oak-zq.de and no tags", "jo@oak-zq.de"},
    {__LINE__, "<p>1: jo@oak-zq.de</p><p>2: JO@OAK-ZQ.DE</p>", "jo@oak-zq.de"},
    {__LINE__, "<p>a@oak-zq.de <a href='mailto:b@oak-zq.de'>b</a> c@oak-zq.de</p>",
     "a@oak-zq.de b@oak-zq.de c@oak-zq.de"},
    {__LINE__, "<dl><dt>Mail<dd>jo@oak-zq.de</dl>", "jo@oak-zq.de"},
    {__LINE__, "<table><tr><td>Jo</td><td>jo@oak-zq.de</td></tr></table>", "jo@oak-zq.de"},
    {__LINE__, "<meta name=description content='Write to jo@oak-zq.de today'>", "jo@oak-zq.de"},
    {__LINE__, "<meta property='og:email' content='jo@oak-zq.de'>", "jo@oak-zq.de"},
    {__LINE__, "<meta content='a/b@oak-zq.de' itemprop=email>", "a/b@oak-zq.de"},
    {__LINE__, "<span itemprop=email content='jo@oak-zq.de'>mail us</span>", "jo@oak-zq.de"},
    {__LINE__, "<section><header>jo@oak-zq.de</header></section>", "jo@oak-zq.de"},
    {__LINE__, "<my-card>jo@oak-zq.de</my-card>", "jo@oak-zq.de"},
    {__LINE__, "<center><font color=red>jo@oak-zq.de</font></center>", "jo@oak-zq.de"},
    {__LINE__, "<frameset><noframes>jo@oak-zq.de</noframes></frameset>", "jo@oak-zq.de"},
    {__LINE__, "<h1>x</h1>\n<p>jo@oak-zq.de<p>al@oak-zq.de", "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<body><p>x</p></body></html>jo@oak-zq.de", "jo@oak-zq.de"},
};

static const struct rule links[] = {
    {__LINE__, "<a href='mailto:jo@oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href=MailTo:jo@oak-zq.de>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href=' mailto: jo@oak-zq.de '>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto://jo@oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto: jo @ oak-zq.de '>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto :jo@oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:mailto:jo@oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mail\nto:jo@oak\t-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de,al@oak-zq.de'>x</a>", "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de; al@oak-zq.de'>x</a>", "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de%2Cal@oak-zq.de'>x</a>", "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de?cc=al@oak-zq.de&amp;bcc=bo@oak-zq.de'>x</a>",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de?CC=al@oak-zq.de&BCC=bo@oak-zq.de'>x</a>",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<a href='mailto:?to=jo@oak-zq.de,al%40oak-zq.de&subject=x'>x</a>",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de?subject=to%20me@other-zq.de&body=x@other-zq.de'>x</a>",
     "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de&subject=x'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de?'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:Jo Doe <jo@oak-zq.de>'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:%22Doe,%20Jo%22%20%3Cjo@oak-zq.de%3E'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:&quot;Doe, Jo&quot; &lt;jo@oak-zq.de&gt;, al@oak-zq.de'>x</a>",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<a href='mailto:%6a%6F%40oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='&#109;ailto:jo&#x40;oak-zq&#46;de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto&colon;jo&commat;oak-zq&period;de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:a=b/c*d@oak-zq.de'>x</a>", "a=b/c*d@oak-zq.de"},
    {__LINE__, "<a href='mailto:%22a%20b%22@oak-zq.de'>x</a>", "\"a b\"@oak-zq.de"},
    {__LINE__, "<a href='mailto:info@b%C3%A4cker-zq.de'>x</a>",
     "info@b\xC3\xA4"
     "cker-zq.de"},
    {__LINE__, "<a href='mailto:jos%C3%A9@oak-zq.es'>x</a>", "jos\xC3\xA9@oak-zq.es"},
    {__LINE__, "<a href='mailto:jo(at)oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de.'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de/'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:%20jo@oak-zq.de%20'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:jo@oak-zq.de%0Abcc:al@oak-zq.de'>x</a>", "jo@oak-zq.de"},
    {__LINE__, "<area href='mailto:jo@oak-zq.de'>", "jo@oak-zq.de"},
    {__LINE__, "<link rel=me href='mailto:jo@oak-zq.de'>", "jo@oak-zq.de"},
    {__LINE__, "<form action='mailto:jo@oak-zq.de'></form>", "jo@oak-zq.de"},
    {__LINE__, "<button formaction='mailto:jo@oak-zq.de'>x</button>", "jo@oak-zq.de"},
    {__LINE__, "<svg><a xlink:href='mailto:jo@oak-zq.de'>x</a></svg>", "jo@oak-zq.de"},
    {__LINE__, "<p>mailto:jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<a href='mailto:'>x</a><a href='mailto:?subject=x'>y</a>", ""},
    {__LINE__, "<a href='mailto:jo'>x</a><a href='mailto:@oak-zq.de'>y</a>", ""},
    {__LINE__, "<a href='http://jo@oak-zq.de/'>x</a><a href='jo@oak-zq.de'>y</a>", ""},
    {__LINE__, "<a href='https://x-zq.de/?email=jo@oak-zq.de'>x</a>", ""},
    {__LINE__, "<a href='javascript:mail(\"jo@oak-zq.de\")'>x</a>", ""},
    {__LINE__, "<img src='mailto:jo@oak-zq.de'>", ""},
    {__LINE__, "<a href='mailto:root@localhost'>x</a><a href='mailto:a@b.example'>y</a>", ""},
};

static const struct rule masked[] = {
    {__LINE__, "<a data-cfemail='5a292e2f3e33351a3735293b333977202b74393537'>[x]</a>",
     "studio@mosaic-zq.com"},
    {__LINE__, "<a href='/cdn-cgi/l/email-protection#5a292e2f3e33351a3735293b333977202b74393537'>x",
     "studio@mosaic-zq.com"},
    {__LINE__,
     "<a href='https://x-zq.de/cdn-cgi/l/email-protection"
     "#006a6f406f616b2d7a712e64653f7375626a6563743d78'>x</a>",
     "jo@oak-zq.de"},
    {__LINE__, "<a data-cfemail='5A292E2F3E33351A3735293B333977202B74393537'>[x]</a>",
     "studio@mosaic-zq.com"},
    {__LINE__, "<i data-cfemail='5a29'>x</i><i data-cfemail='5a2'>x</i><i data-cfemail=xx>x</i>",
     ""},
    {__LINE__, "<a href='/cdn-cgi/l/email-protection'>[email&#160;protected]</a>", ""},
};

static const struct rule structured[] = {
    {__LINE__, "<script type='application/ld+json'>{\"email\":\"jo@oak-zq.de\"}</script>",
     "jo@oak-zq.de"},
    {__LINE__, "<script type=\"Application/LD+JSON; x\">{\"email\" : \"jo@oak-zq.de\"}</script>",
     "jo@oak-zq.de"},
    {__LINE__, "<script type=application/ld+json>{\"email\":\"mailto:jo@oak-zq.de\"}</script>",
     "jo@oak-zq.de"},
    {__LINE__, "<script type=application/ld+json>{\"email\":\"jo\\u0040oak-zq.de\"}</script>",
     "jo@oak-zq.de"},
    {__LINE__,
     "<script type=application/ld+json>[{\"x\":{\"email\":[\"jo@oak-zq.de\",\"al@oak-zq.de\"]},}"
     "</script>",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<script type=application/ld+json>{\"email\":\"a/b@oak-zq.de\" \"x\":</script>",
     "a/b@oak-zq.de"},
    {__LINE__,
     "<script type=application/ld+json>{\"email\":\"jo@oak-zq.de, al@oak-zq.de\"}</script>",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__,
     "<script type=application/ld+json>{\"a\":\"<b>\",\"email\":\"jo@oak-zq.de\"}</script>",
     "jo@oak-zq.de"},
    {__LINE__, "<script type=application/ld+json>{\"url\":\"http://jo@oak-zq.de\"}</script>", ""},
    {__LINE__, "<script type=application/ld+json>{\"email\":\"\"}</script>", ""},
    {__LINE__, "<script type=application/ld+json>{\"email\":\"info@example.com\"}</script>", ""},
};

/* What nobody reads. */
static const struct rule unseen[] = {
    {__LINE__, "<!-- jo@oak-zq.de --><p>x</p>", ""},
    {__LINE__, "<!-- > jo@oak-zq.de --!><p>al@oak-zq.de</p>", "al@oak-zq.de"},
    {__LINE__, "<!--><p>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<!---><p>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<![if !IE]><p>jo@oak-zq.de</p><![endif]>", "jo@oak-zq.de"},
    {__LINE__, "<!--[if IE]><p>no@oak-zq.de</p><![endif]--><p>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<script>var m='jo@oak-zq.de'</script>", ""},
    {__LINE__, "<script>a='</p>jo@oak-zq.de'</script><p>al@oak-zq.de</p>", "al@oak-zq.de"},
    {__LINE__, "<script>\"<\\/script>jo@oak-zq.de\"</script >", ""},
    {__LINE__, "<SCRIPT>jo@oak-zq.de</SCRIPT><p>al@oak-zq.de", "al@oak-zq.de"},
    {__LINE__, "<script type='text/template'>jo@oak-zq.de</script>", ""},
    {__LINE__, "<style>a{content:'jo@oak-zq.de'}</style>", ""},
    {__LINE__, "<svg><style>jo@oak-zq.de</style><script>al@oak-zq.de</script></svg>", ""},
    {__LINE__, "<input placeholder='jo@oak-zq.de'>", ""},
    {__LINE__, "<div style='background:url(a@oak-zq.de)' class='b@oak-zq.de' id=c@oak-zq.de>x", ""},
    {__LINE__, "<iframe src='//jo@oak-zq.de'>al@oak-zq.de</iframe>", ""},
    {__LINE__, "<?php echo 'jo@oak-zq.de' ?>", ""},
    {__LINE__, "<p jo@oak-zq.de>x</p>", ""},
    {__LINE__, "<img srcset='a@oak-zq.de 2x'>", ""},
};

/* Where nodes join and where they part. */
static const struct rule joined[] = {
    {__LINE__, "<p>info<span>@</span>oak-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p><b>i</b>nfo@oak-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p>in<b>fo@oak</b>-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p><span>info</span>@<span>oak-zq</span>.<span>de</span></p>", "info@oak-zq.de"},
    {__LINE__, "<p><span>info</span><span>@</span><span>oak-zq.de</span></p>", "info@oak-zq.de"},
    {__LINE__, "<p>info<!-- no spam -->@<!-- x -->oak-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p>in<wbr>fo@oak-<wbr>zq.<wbr>de</p>", "info@oak-zq.de"},
    {__LINE__, "<p>info@oak-zq.co<b>m</b></p>", "info@oak-zq.com"},
    {__LINE__, "<p>info<script>x</script>@<style>y</style>oak-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p><b>info@oak-zq.de</b><i>Tel 1</i></p>", "info@oak-zq.de"},
    {__LINE__, "<p><span>Tel 1234</span><span>info@oak-zq.de</span></p>", "info@oak-zq.de"},
    {__LINE__, "<p><span>1234</span>info@oak-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p><strong>E-Mail</strong>info@oak-zq.de</p>", "info@oak-zq.de"},
    {__LINE__, "<p>Mail<a href='mailto:info@oak-zq.de'>info@oak-zq.de</a></p>", "info@oak-zq.de"},
    {__LINE__, "<p><a>a@oak-zq.de</a><a>b@oak-zq.de</a></p>", "a@oak-zq.de b@oak-zq.de"},
    {__LINE__, "<p>a@oak-zq.de<br>b@oak-zq.de</p>", "a@oak-zq.de b@oak-zq.de"},
    {__LINE__, "<td>info@</td><td>oak-zq.de</td>", ""},
    {__LINE__, "<div>info</div><div>@oak-zq.de</div>", ""},
    {__LINE__, "<li>x<li>a@oak-zq.de<li>y", "a@oak-zq.de"},
    {__LINE__, "<p>Call</p>info@oak-zq.de<p>now</p>", "info@oak-zq.de"},
    {__LINE__, "<p>info@oak-zq.de<p>Now", "info@oak-zq.de"},
    {__LINE__, "<div>dull</div>a@oak-zq.de<br></div>b@oak-zq.de", "a@oak-zq.de b@oak-zq.de"},
    {__LINE__, "<p>a<b>@</b></p><p>oak-zq.de</p>", ""},
    {__LINE__, "<p>info&nbsp;@&nbsp;oak-zq.de", ""},
    {__LINE__, "<p>a@oak-zq.de<img src=x>b@oak-zq.de", "a@oak-zq.de b@oak-zq.de"},
    {__LINE__, "<p>info[<b>at</b>]oak-zq.de", "info@oak-zq.de"},
    {__LINE__, "<p>info <i>[at]</i> oak-zq <i>[dot]</i> de", "info@oak-zq.de"},
};

static const struct rule references[] = {
    {__LINE__, "<p>info&#64;oak-zq&#46;de", "info@oak-zq.de"},
    {__LINE__, "<p>info&#x40;oak-zq&#X2e;de", "info@oak-zq.de"},
    {__LINE__, "<p>info&#64oak-zq&#46de", "info@oak-zq.de"},
    {__LINE__, "<p>info&#0064;oak-zq.de", "info@oak-zq.de"},
    {__LINE__, "<p>info&commat;oak-zq&period;de", "info@oak-zq.de"},
    {__LINE__, "<p>jo&lowbar;x&plus;y&commat;oak-zq&period;de", "jo_x+y@oak-zq.de"},
    {__LINE__, "<p>r&amp;d@oak-zq.de", "r&d@oak-zq.de"},
    {__LINE__, "<p>r&ampd@oak-zq.de", "r&d@oak-zq.de"},
    {__LINE__, "<p>in&shy;fo@oak-zq.de", "info@oak-zq.de"},
    {__LINE__, "<p>in&shyfo@oak-zq.de", "info@oak-zq.de"},
    {__LINE__, "<p>in&ZeroWidthSpace;fo&zwnj;@oak-zq.de", "info@oak-zq.de"},
    {__LINE__, "<p>Mail&nbsp;info@oak-zq.de&nbspor", "info@oak-zq.de"},
    {__LINE__, "<p>&lt;info@oak-zq.de&gt;", "info@oak-zq.de"},
    {__LINE__, "<p>&quot;info@oak-zq.de&quot;", "info@oak-zq.de"},
    {__LINE__, "<p>&laquo;info@oak-zq.de&raquo;", "info@oak-zq.de"},
    {__LINE__, "<p>info@b&auml;cker-zq.de",
     "info@b\xC3\xA4"
     "cker-zq.de"},
    {__LINE__, "<p>info@ko&scaron;-zq.cz", "info@ko\xC5\xA1-zq.cz"},
    {__LINE__, "<p>info@&ccaron;ern-zq.cz",
     "info@\xC4\x8D"
     "ern-zq.cz"},
    {__LINE__, "<p>info\xEF\xBC\xA0oak-zq.de", "info@oak-zq.de"},
    {__LINE__,
     "<p>info@oak-zq\xEF\xBC\x8E"
     "de",
     "info@oak-zq.de"},
    {__LINE__, "<p>info&#xFF20;oak-zq.de", "info@oak-zq.de"},
    {__LINE__, "<p>info\xE2\x80\x8B@\xE2\x80\x8Doak-zq.de\xEF\xBB\xBF", "info@oak-zq.de"},
    {__LINE__, "<p>info&lsqb;at&rsqb;oak-zq&lpar;dot&rpar;de", "info@oak-zq.de"},
    {__LINE__, "<p>info&#91;at&#93;oak-zq&#91;dot&#93;de", "info@oak-zq.de"},
    {__LINE__, "<p>info&lt;at&gt;oak-zq&lt;dot&gt;de", "info@oak-zq.de"},
};

static const struct rule written[] = {
    {__LINE__, "<p>jo [at] oak-zq [dot] de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo[at]oak-zq[dot]de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo (at) oak-zq (dot) de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo {at} oak-zq {dot} de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo -at- oak-zq -dot- de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo [\xC3\xA4t] oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo (\xC3\x84T) oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo (arroba) oak-zq (punto) es", "jo@oak-zq.es"},
    {__LINE__, "<p>jo [arroba] oak-zq.es", "jo@oak-zq.es"},
    {__LINE__, "<p>jo (@) oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo [@] oak-zq [.] de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo [ at ] oak-zq ( dot ) de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo[at] oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo (AT) oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo[at]mail.oak-zq(dot)co{dot}uk", "jo@mail.oak-zq.co.uk"},
    {__LINE__, "<p>jo [dot] doe [at] oak-zq [dot] de", "jo.doe@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq [dot] de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq(dot)de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo [dot] doe@oak-zq.de", "jo.doe@oak-zq.de"},
    {__LINE__, "<p>jo AT oak-zq DOT de", "jo@oak-zq.de"},
    {__LINE__, "<p>JO AT OAK-ZQ DOT DE", "JO@OAK-ZQ.DE"},
    {__LINE__, "<p>jo DOT doe AT oak-zq DOT co DOT uk", "jo.doe@oak-zq.co.uk"},
    {__LINE__, "<p>jo AT oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo [at]\n    oak-zq\n[dot]\nde", "jo@oak-zq.de"},
    {__LINE__, "<p>Mail: jo at oak-zq dot de", "jo@oak-zq.de"},
    {__LINE__, "<p>email jo at oak-zq dot co dot uk, please", "jo@oak-zq.co.uk"},
    {__LINE__, "<p>e-mail: jo dot doe at oak-zq dot de", "jo.doe@oak-zq.de"},
    {__LINE__, "<p>correo: jo arroba oak-zq punto es", "jo@oak-zq.es"},
    {__LINE__, "<p>write me: jo at oak-zq dot de", "jo@oak-zq.de"},
    {__LINE__, "<p>Contact me at once: jo at oak-zq dot de", "jo@oak-zq.de"},
    {__LINE__, "<p>E-mail: jo @ oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>Email : jo @ oak-zq . de", "jo@oak-zq.de"},
    {__LINE__, "<p>mail jo@ oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>(jo [at] oak-zq [dot] de)", "jo@oak-zq.de"},
    {__LINE__, "<p>jo [at] oak-zq [dot] de [dot] zz-no", "jo@oak-zq.de"},
    /* and what is only English */
    {__LINE__, "<p>jo at oak-zq.de", ""},
    {__LINE__, "<p>mail jo at oak-zq.de", ""},
    {__LINE__, "<p>jo at oak-zq dot de", ""},
    {__LINE__, "<p>jo @ oak-zq.de", ""},
    {__LINE__, "<p>Mail us at noon dot com", ""},
    {__LINE__, "<p>Write me a letter about the history of this: jo at oak-zq dot de", ""},
    {__LINE__, "<p>My mailing of it: jo at oak-zq dot de", ""},
    {__LINE__, "<p>work-at-home.com and stay-at-home-dot-com", ""},
    {__LINE__, "<p>Look [at] this. Dot your i.", ""},
    {__LINE__, "<p>(at) oak-zq (dot) de", ""},
    {__LINE__, "<p>MEET US AT OAK-ZQ.DE", ""},
    {__LINE__, "<p>Visit us AT oak-zq.de", ""},
    {__LINE__, "<p>We met AT home. DOT it down", ""},
    {__LINE__, "<p>Contact me @jo.social", ""},
    {__LINE__, "<p>mail @jo.social", ""},
    {__LINE__, "<p>sold at oak-zq.de and at sea", ""},
    {__LINE__, "<p>jo [at] oak-zq", ""},
    {__LINE__, "<p>data[at] index.de", "data@index.de"},
};

static const struct rule domains[] = {
    {__LINE__, "<p>a@b-zq.co", "a@b-zq.co"},
    {__LINE__, "<p>a@b.c.d.oak-zq.co.uk", "a@b.c.d.oak-zq.co.uk"},
    {__LINE__, "<p>a@oak-zq.museum b@oak-zq.photography", "a@oak-zq.museum b@oak-zq.photography"},
    {__LINE__, "<p>a@shop-zq.com.np b@oak-zq.ck", "a@shop-zq.com.np b@oak-zq.ck"},
    {__LINE__, "<p>a@shop-zq.co.za b@shop-zq.com.bd", "a@shop-zq.co.za b@shop-zq.com.bd"},
    {__LINE__, "<p>a@9-zq.de b@9zq.de", "a@9-zq.de b@9zq.de"},
    {__LINE__, "<p>a@xn--bcher-zq-65a.ch", "a@xn--bcher-zq-65a.ch"},
    {__LINE__,
     "<p>a@b\xC3\xBC"
     "cher-zq.ch A@xn--bcher-zq-65a.ch",
     "a@b\xC3\xBC"
     "cher-zq.ch"},
    {__LINE__,
     "<p>a@b\xC3\x9C"
     "CHER-ZQ.CH",
     "a@b\xC3\x9C"
     "CHER-ZQ.CH"},
    {__LINE__, "<p>a@oak--zq.de", "a@oak--zq.de"},
    {__LINE__, "<p>\xD0\xB0@\xD0\xBF\xD1\x80\xD0\xB8.\xD1\x80\xD1\x84",
     "\xD0\xB0@\xD0\xBF\xD1\x80\xD0\xB8.\xD1\x80\xD1\x84"},
    {__LINE__, "<p>a@oak b@oak.zzzz c@oak.local d@oak.lan e@oak.html", ""},
    {__LINE__, "<p>a@10.0.0.1 b@[10.0.0.1] c@1.2", ""},
    {__LINE__, "<p>a@oak_zq.de b@_oak.de", ""},
    {__LINE__, "<p>a@-oak.de b@oak-.de c@.oak.de d@oak..de", ""},
    {__LINE__, "<p>a@oak-zq.de. b@oak-zq.de- c@oak-zq.de-- d",
     "a@oak-zq.de b@oak-zq.de c@oak-zq.de"},
    {__LINE__, "<p>a@oak-zq.de.Please call", "a@oak-zq.de"},
    {__LINE__, "<p>a@oak-zq.deTel: 1", "a@oak-zq.de"},
    {__LINE__, "<p>a@oak-zq.jp\xE3\x81\xBE\xE3\x81\xA7", "a@oak-zq.jp"},
    {__LINE__, "<p>a@oak-zq.cn\xE3\x80\x82\xE8\xB0\xA2", "a@oak-zq.cn"},
    {__LINE__, "<p>a@xn--zzzzzzzz99999.com", ""},
};

static const struct rule locals[] = {
    {__LINE__, "<p>a.b-c_d+e@oak-zq.de", "a.b-c_d+e@oak-zq.de"},
    {__LINE__, "<p>d'arc@oak-zq.de o'neil@oak-zq.de", "d'arc@oak-zq.de o'neil@oak-zq.de"},
    {__LINE__, "<p>x~y@oak-zq.de 1@oak-zq.de", "x~y@oak-zq.de 1@oak-zq.de"},
    {__LINE__,
     "<p>jos\xC3\xA9.nu\xC3\xB1"
     "ez@oak-zq.es",
     "jos\xC3\xA9.nu\xC3\xB1"
     "ez@oak-zq.es"},
    {__LINE__, "<p>\"jo doe\"@oak-zq.de", "\"jo doe\"@oak-zq.de"},
    {__LINE__, "<p>say \"jo@oak-zq.de\" twice", "jo@oak-zq.de"},
    {__LINE__, "<p>x=jo@oak-zq.de y/al@oak-zq.de z|bo@oak-zq.de *ed@oak-zq.de*",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de ed@oak-zq.de"},
    {__LINE__, "<p>?jo@oak-zq.de `al@oak-zq.de` {bo@oak-zq.de}",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<p>{a,b}@oak-zq.de", ""},
    {__LINE__, "<p>jo.@oak-zq.de", ""},
    {__LINE__, "<p>-jo@oak-zq.de .al@oak-zq.de +bo@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<p>E-Mail......jo@oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>@oak-zq.de jo@ @", ""},
    {__LINE__, "<p>jo@@oak-zq.de @jo@oak-zq.de jo@al@oak-zq.de", ""},
    {__LINE__, "<p>\xE8\xAF\xB7\xE8\x81\x94\xE7\xB3\xBBjo@oak-zq.cn", "jo@oak-zq.cn"},
    {__LINE__,
     "<p>\xE2\x9C\x89jo@oak-zq.de \xF0\x9F\x93\xA7"
     "al@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__,
     "<p>\xE2\x80\x93jo@oak-zq.de\xE2\x80\x93 \xE2\x80\xA2"
     "al@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de"},
};

static const struct rule punctuation[] = {
    {__LINE__, "<p>jo@oak-zq.de, al@oak-zq.de; bo@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de/al@oak-zq.de|bo@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de,al@oak-zq.de;bo@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<p>(jo@oak-zq.de) [al@oak-zq.de] {bo@oak-zq.de}",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__,
     "<p>'jo@oak-zq.de' \xE2\x80\x9C"
     "al@oak-zq.de\xE2\x80\x9D \xC2\xAB"
     "bo@oak-zq.de\xC2\xBB",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de: hello jo@elm-zq.de! al@elm-zq.de?",
     "jo@oak-zq.de jo@elm-zq.de al@elm-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de's al@oak-zq.de\xE2\x80\x99s", "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<p>E-Mail:jo@oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>\xE9\x82\xAE\xE7\xAE\xB1\xEF\xBC\x9Ajo@oak-zq.cn\xEF\xBC\x8C", "jo@oak-zq.cn"},
    {__LINE__, "<p>Jo Doe &lt;jo@oak-zq.de&gt;", "jo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de\xE2\x80\xA6", "jo@oak-zq.de"},
    {__LINE__, "<p>_jo@oak-zq.de_", "_jo@oak-zq.de"},
};

static const struct rule traps[] = {
    {__LINE__, "<p>logo@2x.png icon@3x.webp hero@1.5x.jpg", ""},
    {__LINE__, "<p>assets@2x.zip pack@1.5x.zip", ""},
    {__LINE__, "<p>lodash@4.17.21 vue@3.4.21 left-pad@latest pkg@1.0.0-rc.dev x@v1.2.app", ""},
    {__LINE__, "<p>@alice@social-zq.de @bob.dev @carol", ""},
    {__LINE__, "<p>git@code-zq.com:team/x.git jo@oak-zq.de:/tmp jo@elm-zq.de:~/x jo@ash-zq.de:22",
     ""},
    {__LINE__, "<pre>root@web.oak-zq.de:~# ls\njo@oak-zq.de$ ls\n[jo@oak-zq.de ~]# ls</pre>", ""},
    {__LINE__, "<pre>jo@oak-zq.de ~ % ls\njo@oak-zq.de# ls\njo@oak-zq.de $ ls</pre>", ""},
    {__LINE__, "<p>jo@oak-zq.de $ 5 al@oak-zq.de # 1", "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<p>https://jo:pw@oak-zq.de/x ftp://jo@elm-zq.de http://jo@ash-zq.de", ""},
    {__LINE__, "<p>ssh://git@oak-zq.de/x git+ssh://git@elm-zq.de/x", ""},
    {__LINE__, "<p>https://x-zq.de/?m=jo@oak-zq.de https://x-zq.de/u/al@oak-zq.de", ""},
    {__LINE__, "<p>https://medium-zq.de/@jo.dev", ""},
    {__LINE__, "<p>sip:jo@oak-zq.de xmpp:al@oak-zq.de", ""},
    {__LINE__, "<p>0f3c2b1a9d8e7f60112233445566ff00@sentry.io", ""},
    {__LINE__, "<p>abc@o12345.ingest.sentry.io def@o1.ingest.us.sentry.io", ""},
    {__LINE__, "<p>0f3c2b1a9d8e7f60112233445566ff00@sentry-next.wixpress.com", ""},
    {__LINE__, "<p>support@sentry.io hello@wixpress.com", "support@sentry.io hello@wixpress.com"},
    {__LINE__, "<p>jo@example.com jo@mail.example.org jo@x.example a@b.test c@d.invalid", ""},
    {__LINE__, "<p>you@domain.com me@yourdomain.com us@yourcompany.com", ""},
    {__LINE__, "<a href='mailto:you@example.com'>x</a>", ""},
    {__LINE__, "<p>jo@mydomain.com jo@notexample.com", "jo@mydomain.com jo@notexample.com"},
    {__LINE__, "<p>@media@oak-zq.de @import", ""},
};

static const struct rule broken[] = {
    {__LINE__, "<p>open <b>jo@oak-zq.de <div><span", "jo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de<", "jo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de</", "jo@oak-zq.de"},
    {__LINE__, "<p>a < b > c: jo@oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p attr=<b>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<p title=it's>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<p title='x'y=\"z\">jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<p a='>' b=\">\">jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<<p>>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "</></p></x><p>jo@oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<p>jo@oak-zq.de</p></p></div></body></html></html>al@oak-zq.de",
     "jo@oak-zq.de al@oak-zq.de"},
    {__LINE__, "<title>x<p>jo@oak-zq.de</p>", "jo@oak-zq.de"},
    {__LINE__, "<b>x</b>&#&#x&#;&;& jo@oak-zq.de", "jo@oak-zq.de"},
    {__LINE__, "<table>jo@oak-zq.de<tr>al@oak-zq.de<td>bo@oak-zq.de</table>",
     "jo@oak-zq.de al@oak-zq.de bo@oak-zq.de"},
    {__LINE__, "<a href=\"mailto:jo@oak-zq.de>x</a><p>y</p>", ""},
    {__LINE__, "", ""},
    {__LINE__, "<", ""},
    {__LINE__, "&", ""},
    {__LINE__, "@", ""},
};

static void check(const struct rule *rules, size_t count)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    assert_true(page_reader_new(&reader, &err));
    for (size_t i = 0; i < count; i++) {
        struct page_facts facts;
        struct buf got = buf_init(64 * 1024);
        if (!page_extract(reader, rules[i].html, strlen(rules[i].html), NULL, &facts, &err))
            fail_msg("line %d: %s", rules[i].line, err.text);
        for (int32_t k = 0; k < facts.lead_count; k++)
            buf_addf(&got, "%s%s", k > 0 ? " " : "", facts.leads[k].shown);
        if (strcmp(buf_text(&got), rules[i].want) != 0)
            fail_msg("line %d: got \"%s\", not \"%s\"", rules[i].line, buf_text(&got),
                     rules[i].want);
        buf_done(&got);
    }
    page_reader_free(reader);
}

#define TABLE(name)                                                                                \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        check(name, sizeof name / sizeof name[0]);                                                 \
    }

TABLE(seen)
TABLE(links)
TABLE(masked)
TABLE(structured)
TABLE(unseen)
TABLE(joined)
TABLE(references)
TABLE(written)
TABLE(domains)
TABLE(locals)
TABLE(punctuation)
TABLE(traps)
TABLE(broken)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen),        cmocka_unit_test(test_links),
        cmocka_unit_test(test_masked),      cmocka_unit_test(test_structured),
        cmocka_unit_test(test_unseen),      cmocka_unit_test(test_joined),
        cmocka_unit_test(test_references),  cmocka_unit_test(test_written),
        cmocka_unit_test(test_domains),     cmocka_unit_test(test_locals),
        cmocka_unit_test(test_punctuation), cmocka_unit_test(test_traps),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

"""The words on the sandbox bank's pages, in three languages; English texts name them."""

from __future__ import annotations

LANGUAGES = ("id", "en", "zh")

_TEXTS: dict[str, tuple[str, str]] = {
    "Practice bank": ("Bank latihan", "练习银行"),
    "No real money": ("Bukan uang sungguhan", "不是真钱"),
    "It behaves as a bank's app does: scan, check, pay. Every payment is only for practice.": (
        "Cara kerjanya seperti aplikasi bank: pindai, periksa, bayar. Semua pembayaran di sini hanya untuk latihan.",
        "它和银行应用一样：扫码、核对、付款。这里的每笔付款都只是练习。",
    ),
    "Foreign wallet: check before you pay": ("Dompet luar negeri: periksa sebelum membayar", "境外钱包：付款前请核对"),
    "Bill": ("Tagihan", "账单"),
    "The shop cannot take this. The money goes back to the foreign wallet, in the currency it came in.": (
        "Toko tidak dapat menerimanya. Uangnya kembali ke dompet luar negeri, dalam mata uang asalnya.",
        "商店无法接收。款项将以原货币退回境外钱包。",
    ),
    "Check before you pay": ("Periksa sebelum membayar", "付款前请核对"),
    "Merchant": ("Penjual", "商户"),
    "City": ("Kota", "城市"),
    "Amount": ("Jumlah", "金额"),
    "Account": ("Nomor rekening", "账号"),
    "Name": ("Nama", "名称"),
    "Ends": ("Berlaku sampai", "有效至"),
    "Pay {amount}": ("Bayar {amount}", "支付 {amount}"),
    "Or let something go wrong": ("Atau biarkan ada yang tidak beres", "或者让某件事出错"),
    "Pay too late": ("Bayar terlambat", "逾期付款"),
    "Pay twice": ("Bayar dua kali", "重复付款"),
    "Bank refuses": ("Bank menolak", "银行拒绝"),
    "Pay, notice gets lost": ("Bayar, pemberitahuannya hilang", "已付款，但通知丢失"),
    "Notice comes three times": ("Pemberitahuan datang tiga kali", "通知发送三次"),
    "Notice comes late": ("Pemberitahuan datang terlambat", "通知延迟"),
    "Notice with a wrong signature": ("Pemberitahuan dengan tanda tangan palsu", "通知签名错误"),
    "Refused first, told the other way round": (
        "Ditolak dulu, diberitahukan terbalik",
        "先被拒绝，通知顺序颠倒",
    ),
    "Another amount": ("Jumlah yang lain", "金额不符"),
    "Paste a QRIS code or type a virtual account": (
        "Tempel kode QRIS atau ketik nomor virtual account",
        "粘贴 QRIS 代码或输入虚拟账号",
    ),
    "On a payment page press “Copy code” and paste it here.": (
        "Di halaman pembayaran tekan “Salin kode”, lalu tempel di sini.",
        "在付款页面点击“复制代码”，然后粘贴到这里。",
    ),
    "Read the code": ("Baca kode", "读取代码"),
    "Another code": ("Kode lain", "换一个代码"),
    "This is no code of this bank, or it was never made here.": (
        "Ini bukan kode dari bank ini, atau kode ini tidak pernah dibuat di sini.",
        "这不是本行的代码，或从未在本行生成。",
    ),
    "This code is over or was cancelled. A bank's app does not pay it any more.": (
        "Kode ini sudah lewat waktunya atau dibatalkan. Aplikasi bank tidak membayarnya lagi.",
        "此代码已过期或被取消，银行应用不再支付。",
    ),
    "How much do you pay?": ("Berapa yang Anda bayar?", "您要付多少？"),
    "Pay": ("Bayar", "付款"),
    "any amount": ("jumlah bebas", "任意金额"),
    "Type an amount that one QRIS payment may carry.": (
        "Ketik jumlah yang boleh dibayar dalam satu pembayaran QRIS.",
        "请输入单笔 QRIS 付款允许的金额。",
    ),
    "The bank paid, but the shop does not learn of it by itself. On its screen it can press “Ask the bank now”.": (
        "Bank sudah membayar, tetapi toko tidak tahu dengan sendirinya. Di layarnya, toko dapat menekan “Tanya bank "
        "sekarang”.",
        "银行已付款，但商店不会自动得知。商店可以在屏幕上点击“立即询问银行”。",
    ),
    "The bank paid two times, and both arrive in the shop.": (
        "Bank membayar dua kali, dan keduanya masuk ke toko.",
        "银行付了两次，两笔都会到达商店。",
    ),
    "Paid": ("Dibayar", "已支付"),
    "Refused": ("Ditolak", "已拒绝"),
    "to {name}": ("kepada {name}", "付给 {name}"),
    "The shop learns about it in a moment.": ("Toko akan tahu sebentar lagi.", "商店很快就会知道。"),
    "The bank refused, nothing was charged. The shop is told about the attempt.": (
        "Bank menolak, tidak ada yang ditagih. Toko diberi tahu tentang percobaan ini.",
        "银行已拒绝，未扣款。商店会收到这次尝试的通知。",
    ),
    "The bank paid after the code's end. The shop puts the money into your wallet.": (
        "Bank membayar setelah kode berakhir. Toko memasukkan uangnya ke dompet Anda.",
        "银行在代码过期后付款。商店会把钱存入您的钱包。",
    ),
    "The bank paid two times. One pays the bill, the other arrives in your wallet.": (
        "Bank membayar dua kali. Satu membayar tagihan, yang lain masuk ke dompet Anda.",
        "银行付了两次。一次支付账单，另一次存入您的钱包。",
    ),
    "The bank paid, but the shop does not learn of it by itself. Press “I have paid, check now” on the payment page.": (
        "Bank sudah membayar, tetapi toko tidak tahu dengan sendirinya. Tekan “Saya sudah bayar, periksa sekarang” di "
        "halaman pembayaran.",
        "银行已付款，但商店不会自动得知。请在付款页面点击“我已付款，立即检查”。",
    ),
    "You can close this page.": ("Halaman ini boleh ditutup.", "可以关闭此页面。"),
    "Latest bills": ("Tagihan terbaru", "最新账单"),
    "No bill yet": ("Belum ada tagihan", "还没有账单"),
    "As soon as a shop asks this bank for a code, it appears here.": (
        "Begitu sebuah toko meminta kode kepada bank ini, kodenya muncul di sini.",
        "商店向本行请求代码后，会显示在这里。",
    ),
    "open": ("terbuka", "未付"),
    "over": ("lewat waktu", "已过期"),
    "cancelled": ("dibatalkan", "已取消"),
    "Language": ("Bahasa", "语言"),
}


def told(text: str, language: str) -> str:
    """Return a text in a language; one that is not known is an error, so that none is left untranslated."""
    indonesian, chinese = _TEXTS[text]
    return {"id": indonesian, "zh": chinese}.get(language, text)


def language_of(accepted: str) -> str:
    """Return the language that a browser asks for, Indonesian where it asks for none of ours."""
    for part in accepted.split(","):
        name = part.split(";")[0].strip().lower()[:2]
        if name in LANGUAGES:
            return name
    return "id"

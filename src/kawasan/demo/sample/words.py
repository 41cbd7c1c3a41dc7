"""Words from which the sample zone's invented businesses and people get their names."""

from __future__ import annotations

# Family of categories -> (categories, beginnings of shop names). A sample business keeps to one family.
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gadget": (
        ("komputer-laptop", "gaming", "ponsel-tablet", "kamera"),
        ("Komputer", "Rumah Gawai", "Sentra Digital", "Studio Kamera", "Galeri Ponsel", "Gudang Gim"),
    ),
    "electric": (("elektronik", "film-musik"), ("Elektronik", "Listrik", "Toko Elektronik", "Rumah Nada")),
    "fashion": (
        ("busana-pria", "busana-wanita", "busana-anak", "busana-muslim"),
        ("Busana", "Butik", "Konveksi", "Distro", "Hijab", "Batik", "Griya Busana"),
    ),
    "beauty": (("kecantikan", "perawatan-tubuh", "kesehatan"), ("Rumah Cantik", "Kosmetik", "Wangi", "Rumah Sehat")),
    "home": (
        ("rumah-tangga", "dapur", "pertukangan", "properti"),
        ("Perabot", "Dapur", "Rumah Tangga", "Toko Perkakas", "Griya"),
    ),
    "child": (("ibu-bayi", "mainan-hobi"), ("Mainan", "Bunda", "Rumah Bocah", "Hobi")),
    "food": (("makanan-minuman",), ("Dapur", "Warung", "Kopi", "Camilan", "Jajanan")),
    "paper": (("buku", "alat-tulis"), ("Toko Buku", "Alat Tulis", "Pustaka")),
    "motor": (("otomotif", "olahraga"), ("Variasi Motor", "Otomotif", "Olahraga", "Sepeda")),
    "craft": (
        ("kerajinan-pesta", "lainnya", "hewan"),
        ("Kado", "Kerajinan", "Pernak-pernik", "Serba Ada"),
    ),
    "value": (("logam-mulia", "wisata"), ("Emas", "Wisata", "Usaha")),
}

ENDINGS = (
    "Cahaya", "Sumber Rezeki", "Bu Sri", "Pak Dedi", "Mekar Jaya", "Barokah", "Sinar Abadi", "Teh Neng", "Kang Asep",
    "Mitra Warga", "Berkah Ibu", "Tunas Muda", "Lancar", "Harapan", "Dua Saudara", "Mbak Rina", "Nusantara", "Melati",
    "Sejahtera", "Priangan", "Ci Mei", "Haji Udin", "Kencana", "Lestari", "Pojok", "Anugerah", "Bang Jali", "Mandiri",
    "Cendana", "Maju Bersama", "Ibu Tuti", "Rajawali", "Sahabat", "Kita", "Setia", "Pelangi", "Gemilang", "Amanah",
)  # fmt: skip

GIVEN = (
    "Siti", "Asep", "Dewi", "Budi", "Rina", "Agus", "Neneng", "Dedi", "Lestari", "Hendra", "Wulan", "Rizky", "Ayu",
    "Fajar", "Mei", "Yusuf", "Ratna", "Eko", "Intan", "Joko", "Nur", "Ilham", "Tuti", "Andi", "Maya", "Bayu", "Citra",
    "Gilang", "Putri", "Taufik", "Lina", "Reza", "Endah", "Wahyu", "Nadia", "Iwan", "Sari", "Dimas", "Kartika", "Ujang",
)  # fmt: skip

FAMILY_NAMES = (
    "Nurhayati", "Hidayat", "Kusuma", "Santoso", "Permata", "Setiawan", "Rahayu", "Saputra", "Wijaya", "Maulana",
    "Anggraini", "Firmansyah", "Lim", "Ramadhan", "Puspita", "Gunawan", "Halimah", "Suryana", "Hartono", "Sitompul",
    "Fauziah", "Pratama", "Kurniawan", "Mulyani", "Tanuwijaya", "Nasution", "Handayani", "Siregar", "Utami", "Hakim",
)  # fmt: skip

STREETS = (
    "Jl. Merdeka", "Jl. Ahmad Yani", "Jl. Pasar Baru", "Jl. Melati", "Jl. Kenanga", "Jl. Veteran", "Jl. Pahlawan",
    "Jl. Cempaka", "Jl. Diponegoro", "Gang Mangga", "Jl. Raya Timur", "Jl. Sudirman", "Jl. Anggrek", "Gang Kelinci",
)  # fmt: skip

ABOUT = {
    "47": "Toko yang memilih barang satu per satu dan mengirim setiap hari kerja.",
    "10": "Dapur rumahan yang memasak setiap pagi dan mengemas sendiri.",
    "13": "Kain dan perlengkapan dari penenun dan penjahit sekitar.",
    "14": "Konveksi kecil: dipotong, dijahit, dan diperiksa di bengkel sendiri.",
    "15": "Perajin kulit dan alas kaki, dari pola sampai jahitan.",
    "16": "Bengkel kayu: perabot dan perkakas dibuat sesuai pesanan.",
    "18": "Percetakan: dari kartu nama sampai buku.",
    "32": "Perajin dengan alat sendiri dan garansi pribadi.",
    "58": "Penerbit kecil dengan pembaca setia.",
    "68": "Jasa dan perlengkapan untuk rumah yang ditinggali orang.",
    "79": "Perjalanan yang direncanakan bersama Anda.",
    "95": "Servis di tempat, suku cadang jelas, harga di muka.",
}

import { catalogue } from "./catalogue.ts";

/** Words about photos from the scene, on every screen that shows or takes them. */
export const photo = catalogue({
  "photo.photos": ["Foto", "Photos"],
  "photo.take": ["Foto", "Photo"],
  "photo.show": ["Lihat foto {about}", "Show the photo {about}"],
  "photo.title": ["Foto {about}", "Photo {about}"],
  "photo.alt": ["Foto dari lokasi kejadian, {about}", "Photo from the scene, {about}"],
  "photo.previous": ["Sebelumnya", "Previous"],
  "photo.next": ["Berikutnya", "Next"],
  "photo.of": ["{number} dari {count}", "{number} of {count}"],
  "photo.again": ["Coba lagi", "Try again"],
  "photo.gone": [
    "Foto ini sudah tidak ada di sini: dihapus, atau bukan lagi untuk Anda.",
    "This photo is not here any more: it was erased, or is no longer for you.",
  ],
  "photo.broken": [
    "Foto ini rusak dan tidak dapat ditampilkan.",
    "This photo is damaged and cannot be shown.",
  ],
  "photo.unreadable": [
    "Berkas ini bukan foto yang dapat dibaca ponsel.",
    "This file is no photo that the phone can read.",
  ],
  "photo.waiting": ["{count} foto menunggu terkirim", "Photos waiting to be sent: {count}"],
  "photo.refused": ["Foto pukul {time} ditolak: {why}", "The photo of {time} was refused: {why}"],
  "photo.sent": ["Foto terkirim", "Photo sent"],
});

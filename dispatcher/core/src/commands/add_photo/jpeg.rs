//! The parts of a JPEG file, without decoding the picture. A file is known by what is in it, not by its name.

const START: [u8; 2] = [0xff, 0xd8];
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// A picture with nothing beside it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) jpeg: Vec<u8>,
    pub(super) width_px: u32,
    pub(super) height_px: u32,
}

/// Takes the parts that make the picture, and leaves where it was taken, with what, and whatever follows its end.
/// None: it is no whole JPEG of a kind that browsers show.
pub(super) fn plain(file: &[u8]) -> Option<Plain> {
    let mut rest = file.strip_prefix(&START)?;
    let mut jpeg = Vec::with_capacity(file.len());
    jpeg.extend(START);
    let (mut size, mut has_scan) = (None, false);
    loop {
        let [0xff, marker, ..] = *rest else { return None };
        match marker {
            // A marker may be preceded by any number of these.
            0xff => {
                rest = rest.get(1..)?;
                continue;
            }
            END => break,
            _ => {}
        }
        let [_, _, high, low, ..] = *rest else { return None };
        let (segment, after) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([high, low])))?;
        let body = segment.get(4..)?;
        let is_of_the_picture = match marker {
            // Its frame: sequential or progressive, the kinds that browsers show.
            0xc0..=0xc2 if size.is_none() => {
                size = Some(size_in(body)?);
                true
            }
            // Tables, restarts, scans; and how colours are meant, by Adobe's word.
            0xc4 | 0xdb | 0xdd | SCAN | 0xee => true,
            0xe0 => body.starts_with(b"JFIF\0"),
            0xe2 => body.starts_with(b"ICC_PROFILE\0"),
            // Exif, XMP, IPTC, further pictures, comments.
            0xe1..=0xef | 0xfe => false,
            _ => return None,
        };
        if is_of_the_picture {
            jpeg.extend_from_slice(segment);
        }
        rest = after;
        if marker == SCAN {
            has_scan = true;
            let (scan, after) = rest.split_at_checked(scan_bytes(rest)?)?;
            jpeg.extend_from_slice(scan);
            rest = after;
        }
    }
    jpeg.extend([0xff, END]);
    let (width_px, height_px) = size.filter(|_| has_scan)?;
    Some(Plain { jpeg, width_px, height_px })
}

/// Width and height in a frame's header.
fn size_in(frame: &[u8]) -> Option<(u32, u32)> {
    let [_, high, low, wide, narrow, ..] = *frame else { return None };
    let side = |bytes| Some(u32::from(u16::from_be_bytes(bytes))).filter(|side| *side > 0);
    Some((side([wide, narrow])?, side([high, low])?))
}

/// The length of a scan's own data: up to the next marker that is not part of them.
fn scan_bytes(data: &[u8]) -> Option<usize> {
    data.windows(2).position(|pair| matches!(pair, [0xff, next] if !matches!(next, 0 | 0xd0..=0xd7 | 0xff)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Plain, plain};

    pub(crate) type Segment<'a> = (u8, &'a [u8]);

    pub(crate) const JFIF: Segment<'_> = (0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    pub(crate) const EXIF: Segment<'_> = (0xe1, b"Exif\0\0 0.906300 108.987200");
    const TABLE: Segment<'_> = (0xdb, &[1; 65]);
    const PROFILE: Segment<'_> = (0xe2, b"ICC_PROFILE\0...");
    const ADOBE: Segment<'_> = (0xee, b"Adobe\0");
    /// 64 by 48 pixels.
    const FRAME: Segment<'_> = (0xc0, &[8, 0, 48, 0, 64, 1, 1, 17, 0]);
    const SCAN: Segment<'_> = (0xda, &[]);

    /// The bytes of a JPEG with such segments before its picture.
    pub(crate) fn file(segments: &[Segment<'_>], scan_bytes: usize) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        for (marker, body) in segments.iter().copied().chain([FRAME, SCAN]) {
            let [high, low] = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
            bytes.extend([0xff, marker, high, low]);
            bytes.extend(body);
        }
        // What looks like a marker and is none: a stuffed byte and a restart.
        bytes.extend([7, 0xff, 0, 7, 0xff, 0xd3]);
        bytes.extend(std::iter::repeat_n(7, scan_bytes));
        bytes.extend([0xff, 0xd9]);
        bytes
    }

    #[test]
    fn a_picture_stays_as_it_is() {
        for segments in [&[JFIF, TABLE][..], &[JFIF, PROFILE, TABLE, ADOBE][..]] {
            let whole = file(segments, 500);
            assert_eq!(plain(&whole), Some(Plain { jpeg: whole.clone(), width_px: 64, height_px: 48 }));
        }
    }

    #[test]
    fn what_it_carries_along_is_left() {
        let bare = file(&[JFIF, TABLE], 500);
        let carried: [Segment<'_>; 6] = [
            EXIF,
            (0xe1, b"http://ns.adobe.com/xap/1.0/\0"),
            (0xe2, b"MPF\0"),
            (0xed, b"Photoshop 3.0\0"),
            (0xe0, b"JFXX\0"),
            (0xfe, b"rumah pak RT"),
        ];
        for one in carried {
            assert_eq!(plain(&file(&[JFIF, one, TABLE], 500)).unwrap().jpeg, bare, "{one:x?}");
        }
        let followed = [bare.as_slice(), b"another picture".as_slice()].concat();
        assert_eq!(plain(&followed).unwrap().jpeg, bare);
        // Between two scans, and before a marker, too.
        let scan: &[u8] = &[0xff, 0xfe, 0, 4, b'h', b'i', 0xff, 0xff, 0xda, 0, 2, 9, 9, 0xff, 0xd9];
        let kept: &[u8] = &[0xff, 0xda, 0, 2, 9, 9, 0xff, 0xd9];
        let first = &bare[..bare.len() - 2];
        assert_eq!(plain(&[first, scan].concat()).unwrap().jpeg, [first, kept].concat());
    }

    #[test]
    fn what_is_no_whole_jpeg_is_none() {
        let whole = file(&[JFIF, TABLE], 500);
        for end in 0..whole.len() {
            assert_eq!(plain(&whole[..end]), None, "cut off after {end} bytes");
        }
        let no_frame = [0xff, 0xd8, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9].to_vec();
        let no_scan = [0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0, 48, 0, 64, 1, 0xff, 0xd9].to_vec();
        let no_width = [0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0, 48, 0, 0, 1, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9].to_vec();
        let arithmetic = file(&[(0xc9, &[8, 0, 48, 0, 64, 1])], 50);
        let two_frames = file(&[FRAME], 50);
        let others = [b"\x89PNG\r\n\x1a\n".to_vec(), b"%PDF-1.7".to_vec(), b"<svg/>".to_vec(), vec![0xff; 40]];
        for wrong in [no_frame, no_scan, no_width, arithmetic, two_frames].into_iter().chain(others) {
            assert_eq!(plain(&wrong), None, "{wrong:x?}");
        }
    }
}

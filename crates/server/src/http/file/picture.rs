//! Owns pictures: decoded within bounds and made anew, so that nothing of the file that was sent is left but its
//! pixels: no position, no camera, no hidden content.

use std::io::Cursor;
use std::str::FromStr;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};

use crate::driver::files::{FILE_BYTES_MAX, FileRefusal};
use crate::store::file::Picture;

/// Names of pictures end in one of these.
pub(super) const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "gif", "webp"];

/// Pixels along one side of what is sent, and all of them.
const SIDE_MAX: u32 = 12_000;
const PIXELS_MAX: u64 = 50_000_000;
/// Bytes that decoding may take.
const DECODED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Pixels along one side of what is kept, and of its thumbnail.
pub(super) const KEPT_SIDE_MAX: u32 = 4_096;
const THUMB_SIDE_MAX: u32 = 480;
const JPEG_QUALITY: u8 = 86;

/// A picture made anew.
pub(crate) struct Renewed {
    /// The picture.
    pub whole: Vec<u8>,
    /// The same, small enough for a list.
    pub thumb: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// How names of such files end.
    pub ending: &'static str,
    /// Its size in pixels.
    pub size: Picture,
}

/// The part of a picture that is kept, in its pixels the right way up. What stands outside the picture is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// From the left edge.
    pub left: u32,
    /// From the top edge.
    pub top: u32,
    /// Across; at least 1.
    pub width: u32,
    /// Down; at least 1.
    pub height: u32,
}

impl FromStr for Part {
    type Err = &'static str;

    /// Reads `left,top,width,height`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[left, top, width, height]) if width > 0 && height > 0 => {
                Ok(Self { left, top, width, height })
            }
            _ => Err("is not left,top,width,height in whole pixels"),
        }
    }
}

/// The pictures that are taken.
pub(super) fn format_of(media_type: &str) -> Option<ImageFormat> {
    let format = ImageFormat::from_mime_type(media_type)?;
    let taken = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];
    taken.contains(&format).then_some(format)
}

/// Decodes a picture and encodes it, or this part of it, again, the right way up and at most `side_max` pixels along a side;
/// of one that moves, the first frame.
///
/// # Errors
/// When it cannot be read as what it says it is, is larger than the bounds, or has nothing of the part.
pub(super) fn renew(
    format: ImageFormat,
    content: &[u8],
    part: Option<Part>,
    side_max: u32,
) -> Result<Renewed, FileRefusal> {
    let mut picture = decode(format, content).map_err(|_| FileRefusal::BadPicture)?;
    if let Some(Part { left, top, width, height }) = part {
        if left >= picture.width() || top >= picture.height() {
            return Err(FileRefusal::BadPicture);
        }
        // The library keeps to the picture's edges.
        picture = picture.crop_imm(left, top, width, height);
    }
    if picture.width().max(picture.height()) > side_max {
        picture = picture.resize(side_max, side_max, FilterType::Triangle);
    }
    let as_jpeg =
        format == ImageFormat::Jpeg || (format == ImageFormat::WebP && !picture.color().has_alpha());
    let encoded = if as_jpeg { jpeg(&picture) } else { png(&picture) };
    let mut whole = encoded.map_err(|_| FileRefusal::BadPicture)?;
    let mut as_jpeg = as_jpeg;
    if whole.len() > FILE_BYTES_MAX && !as_jpeg {
        whole = jpeg(&picture).map_err(|_| FileRefusal::BadPicture)?;
        as_jpeg = true;
    }
    if whole.len() > FILE_BYTES_MAX {
        return Err(FileRefusal::TooLarge);
    }
    let size = Picture { width: picture.width(), height: picture.height() };
    let small = if size.width.max(size.height) > THUMB_SIDE_MAX {
        picture.thumbnail(THUMB_SIDE_MAX, THUMB_SIDE_MAX)
    } else {
        picture
    };
    let thumb = if as_jpeg { jpeg(&small) } else { png(&small) };
    let thumb = thumb.map_err(|_| FileRefusal::BadPicture)?;
    let (media_type, ending) = if as_jpeg { ("image/jpeg", "jpg") } else { ("image/png", "png") };
    Ok(Renewed { whole, thumb, media_type, ending, size })
}

fn decode(format: ImageFormat, content: &[u8]) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    limits.check_dimensions(width, height)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > PIXELS_MAX || decoder.total_bytes() > DECODED_BYTES_MAX {
        let kind = image::error::LimitErrorKind::DimensionError;
        return Err(image::ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    // Eight bits a channel, and no profile: browsers show it as what it is.
    Ok(if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    })
}

fn jpeg(picture: &DynamicImage) -> ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY).encode_image(&picture.to_rgb8())?;
    Ok(out)
}

fn png(picture: &DynamicImage) -> ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut out))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u32, height: u32) -> DynamicImage {
        let color =
            |x: u32, y: u32| image::Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 90]);
        DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, color))
    }

    // spec: X-7
    #[test]
    fn nothing_is_left_of_a_picture_but_its_pixels() {
        let mut sent = png(&drawn(40, 30)).unwrap();
        // A text chunk in front of the end, and a page behind it.
        let end = sent.len() - 12;
        let hidden = b"tEXtComment\0<script>alert(1)</script>";
        let mut chunk = u32::try_from(hidden.len() - 4).unwrap().to_be_bytes().to_vec();
        chunk.extend(hidden);
        chunk.extend(crc(hidden).to_be_bytes());
        sent.splice(end..end, chunk);
        sent.extend(b"<html><script>alert(2)</script>");
        let renewed = renew(ImageFormat::Png, &sent, None, KEPT_SIDE_MAX).ok().unwrap();
        assert_eq!(renewed.size, Picture { width: 40, height: 30 });
        for content in [&renewed.whole, &renewed.thumb] {
            assert!(!content.windows(8).any(|part| part == b"<script>"));
        }
    }

    #[test]
    fn a_large_picture_has_a_small_thumbnail() {
        let sent = jpeg(&drawn(1_200, 600)).unwrap();
        let renewed = renew(ImageFormat::Jpeg, &sent, None, KEPT_SIDE_MAX).ok().unwrap();
        let thumb = decode(ImageFormat::Jpeg, &renewed.thumb).unwrap();
        assert_eq!((thumb.width(), thumb.height()), (480, 240));
        assert_eq!(renewed.media_type, "image/jpeg");
    }

    #[test]
    fn a_picture_is_made_as_small_as_its_use_asks_for() {
        let renewed = renew(ImageFormat::Jpeg, &jpeg(&drawn(1_200, 600)).unwrap(), None, 256).ok().unwrap();
        assert_eq!(renewed.size, Picture { width: 256, height: 128 });
        let whole = decode(ImageFormat::Jpeg, &renewed.whole).unwrap();
        assert_eq!((whole.width(), whole.height()), (256, 128));
    }

    #[test]
    fn a_part_of_a_picture_is_kept_and_nothing_beside_it() {
        let part = |text: &str| text.parse::<Part>();
        let kept = |part: Part| renew(ImageFormat::Png, &png(&drawn(40, 30)).unwrap(), Some(part), 256);
        let renewed = kept(part("10,5,20,8").unwrap()).ok().unwrap();
        assert_eq!(renewed.size, Picture { width: 20, height: 8 });
        let whole = decode(ImageFormat::Png, &renewed.whole).unwrap().into_rgb8();
        assert_eq!(whole.get_pixel(0, 0), &image::Rgb([10, 5, 90]), "from where the part begins");
        let over = kept(part("30,20,200,200").unwrap()).ok().unwrap();
        assert_eq!(over.size, Picture { width: 10, height: 10 }, "as far as the picture goes");
        assert_eq!(kept(part("40,0,5,5").unwrap()).err(), Some(FileRefusal::BadPicture));
        for wrong in
            ["", "1,2,3", "1,2,3,4,5", "0,0,0,5", "0,0,5,0", "-1,0,5,5", "a,0,5,5", "0,0,99999999999,5"]
        {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_not_decoded() {
        let mut sent = png(&drawn(8, 8)).unwrap();
        // The size in the header, and its checksum.
        sent[16..24].copy_from_slice(&[0, 0, 0x20, 0, 0, 0, 0x20, 0]);
        let header: Vec<u8> = sent[12..29].to_vec();
        sent[29..33].copy_from_slice(&crc(&header).to_be_bytes());
        assert_eq!(renew(ImageFormat::Png, &sent, None, KEPT_SIDE_MAX).err(), Some(FileRefusal::BadPicture));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }
}
